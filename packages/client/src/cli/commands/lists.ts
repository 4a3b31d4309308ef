import type { CorrespondentEntry, Page, Self } from '../../read-model.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { messageRow, messageTable } from '../message-table.ts';
import { printJson } from '../print-json.ts';
import { resolveArchived } from '../resolve-message-name.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** The options of a list that is read page by page. */
export interface ListOptions extends GlobalOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Prints what this correspondent sent. */
export async function sent(terminal: Terminal, options: ListOptions): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const page = await client.sent({ limit: options.limit ?? 50, ...cursorOf(options) });
  printMessages(terminal, page, options);
  return exitCodes.ok;
}

/** Searches the archive; the reason is logged. */
export async function searchArchive(
  terminal: Terminal,
  query: string | undefined,
  options: ListOptions & { readonly reason: string },
): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const { reason } = options;
  const page = await client.archive.search({
    reason,
    limit: options.limit ?? 50,
    ...(query === undefined ? {} : { q: query }),
    ...cursorOf(options),
  });
  printMessages(terminal, page, options);
  return exitCodes.ok;
}

/** Prints one archived message; the reason is logged. */
export async function readArchive(
  terminal: Terminal,
  name: string,
  options: GlobalOptions & { readonly reason: string },
): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const messageId = await resolveArchived(client, name, options.reason);
  printJson(terminal, await client.archive.read(messageId, { reason: options.reason }));
  return exitCodes.ok;
}

/** Says for whom the server takes the caller. */
export async function whoami(terminal: Terminal, options: GlobalOptions): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const self = await client.me();
  if (options.json === true) {
    printJson(terminal, self);
    return exitCodes.ok;
  }
  const { colours, say, language } = terminal;
  const { actingAs } = self;
  terminal.out(colours.bold(self.displayName ?? self.id));
  terminal.out(
    `${say({ en: 'acting for', fr: 'pour' })} ${actingAs.code} (${language === 'fr' ? actingAs.nameFr : actingAs.nameEn})`,
  );
  const columns: Column<Self['grants'][number]>[] = [
    { head: say({ en: 'CORRESPONDENT', fr: 'CORRESPONDANT' }), cell: (grant) => grant.correspondent },
    { head: say({ en: 'ROLE', fr: 'RÔLE' }), cell: (grant) => grant.role },
    { head: say({ en: 'POSITION', fr: 'FONCTION' }), cell: (grant) => grant.position, flexible: true },
    { head: say({ en: 'CLEARANCE', fr: 'HABILITATION' }), cell: (grant) => grant.clearance },
  ];
  for (const line of formatTable(columns, self.grants, terminal.width)) terminal.out(line);
  return exitCodes.ok;
}

/** Prints the codes that a message can be addressed to. */
export async function correspondents(terminal: Terminal, options: GlobalOptions): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const page = await client.correspondents();
  if (options.json === true) {
    printJson(terminal, page);
    return exitCodes.ok;
  }
  const { say, language } = terminal;
  const columns: Column<CorrespondentEntry>[] = [
    { head: 'CODE', cell: (entry) => entry.code },
    { head: 'TYPE', cell: (entry) => entry.type },
    {
      head: say({ en: 'NAME', fr: 'NOM' }),
      cell: (entry) => (language === 'fr' ? entry.nameFr : entry.nameEn) ?? '',
      flexible: true,
    },
  ];
  for (const line of formatTable(columns, page.items, terminal.width)) terminal.out(line);
  return exitCodes.ok;
}

function cursorOf({ cursor }: ListOptions): { cursor?: string } {
  return cursor === undefined ? {} : { cursor };
}

function printMessages(terminal: Terminal, page: Page<object>, options: GlobalOptions): void {
  if (options.json === true) {
    printJson(terminal, page);
    return;
  }
  const empty = terminal.say({ en: 'Nothing found.', fr: 'Rien trouvé.' });
  const lines =
    page.items.length === 0
      ? [empty]
      : messageTable(
          page.items.map((item) => messageRow({ ...item })),
          terminal,
        );
  for (const line of lines) terminal.out(line);
  if (page.next === undefined) return;
  const more = terminal.say({ en: 'more with', fr: 'la suite avec' });
  terminal.out(terminal.colours.dim(`${more} --cursor ${page.next}`));
}
