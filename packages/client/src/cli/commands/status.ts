import type { ChappeClient } from '../../create-client.ts';
import { ChappeProblem } from '../../problem.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import { printStatus } from '../print-status.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const pageSize = 100;
const mostPages = 20;

/** Says what became of a sent message, named by its id, its reference, or the status link of the 202. */
export async function status(
  terminal: Terminal,
  name: string,
  options: GlobalOptions & { readonly submissionId?: string },
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const { messageId, submissionId } = await resolveName(client, name.trim(), options.submissionId);
  const fate = await client.status(messageId, submissionId === undefined ? {} : { submissionId });
  const tracking = fate.state === 'ACCEPTED' ? await client.sent.tracking(messageId) : undefined;
  if (options.json === true) printJson(terminal, tracking === undefined ? fate : { ...fate, tracking });
  else printStatus(terminal, fate, tracking);
  return fate.state === 'REFUSED' ? exitCodes.decidedRefused : exitCodes.ok;
}

interface Named {
  readonly messageId: string;
  readonly submissionId: string | undefined;
}

async function resolveName(
  client: ChappeClient,
  name: string,
  submissionId: string | undefined,
): Promise<Named> {
  if (uuidForm.test(name)) return { messageId: name.toLowerCase(), submissionId };
  if (URL.canParse(name)) {
    const link = new URL(name);
    const messageId = /\/v1\/sent\/([^/]+)/.exec(link.pathname)?.[1];
    if (messageId !== undefined) {
      return { messageId, submissionId: link.searchParams.get('submissionId') ?? submissionId };
    }
  }
  const { isReference, normaliseReference } = await import('@chappe/schemas');
  const reference = normaliseReference(name);
  if (!isReference(reference)) {
    throw new UsageError(
      {
        en: `${name} is neither a message id nor a reference whose check symbol fits`,
        fr: `${name} n'est ni un identifiant ni une référence dont le signe de contrôle convient`,
      },
      {
        en: 'read it again; it looks like DJ-26-K7M2P4X-M',
        fr: 'relisez-la ; elle ressemble à DJ-26-K7M2P4X-M',
      },
    );
  }
  return { messageId: await findSent(client, reference), submissionId };
}

async function findSent(client: ChappeClient, reference: string): Promise<string> {
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await client.sent({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    const found = page.items.find((item) => item.reference === reference);
    if (found !== undefined) return found.messageId;
    cursor = page.next;
    if (cursor === undefined) break;
  }
  throw new ChappeProblem({
    type: 'urn:chappe:problem:not-found',
    title: `No message with the reference ${reference} among the last ${mostPages * pageSize} sent`,
    status: 404,
  });
}
