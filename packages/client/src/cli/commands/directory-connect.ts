import type { DirectoryAdministration } from '../../directory-admin.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `chappe directory …`. */
export interface DirectoryOptions extends GlobalOptions {
  readonly reason?: string;
  readonly suspend?: readonly string[];
  readonly resume?: readonly string[];
  readonly base?: number;
  readonly all?: boolean;
  readonly days?: number;
  readonly most?: number;
  readonly limit?: number;
}

const demonstrationAdministrator = { as: 'service:system', login: 'directory-admin-1' };

/** The administration as whoever is signed in; in the demonstration, as its first administrator unless told otherwise. */
export async function openAdministration(
  terminal: Terminal,
  options: DirectoryOptions,
): Promise<DirectoryAdministration> {
  const { env } = terminal;
  const own = (env.CHAPPE_TOKEN ?? env.CHAPPE_CLIENT_ID ?? '') !== '';
  const as = options.as ?? env.CHAPPE_AS;
  const chosen = own || as !== undefined ? options : { ...demonstrationAdministrator, ...options };
  const client = await openClient(await resolveConnection(terminal, chosen), chosen);
  return client.directory;
}

/** A proposal by its id or by how its id begins. */
export async function resolveProposal(directory: DirectoryAdministration, name: string): Promise<string> {
  const begins = name.toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(begins)) return begins;
  const found = (await directory.proposals({ limit: 100 })).filter(({ proposalId }) =>
    proposalId.startsWith(begins),
  );
  const [only, another] = found;
  if (begins.length >= 4 && only !== undefined && another === undefined) return only.proposalId;
  throw new UsageError(
    {
      en: another === undefined ? `there is no proposal ${name}` : `several proposals begin with ${name}`,
      fr:
        another === undefined
          ? `il n'y a pas de proposition ${name}`
          : `plusieurs propositions commencent par ${name}`,
    },
    { en: 'chappe directory show --all', fr: 'chappe directory show --all' },
  );
}
