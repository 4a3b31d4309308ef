import type { ChappeClient } from '../create-client.ts';
import { ChappeProblem } from '../problem.ts';
import { UsageError } from './usage-error.ts';

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const pageSize = 100;
const mostPages = 20;

/** A message as somebody names it at the terminal. */
export interface NamedMessage {
  readonly messageId: string;
  readonly submissionId: string | undefined;
}

/** A sent message, by its id, its reference, or the status link of the 202. */
export async function resolveSent(client: ChappeClient, given: string): Promise<NamedMessage> {
  const name = given.trim();
  if (!uuidForm.test(name) && URL.canParse(name)) {
    const link = new URL(name);
    const messageId = /\/v1\/sent\/([^/]+)/.exec(link.pathname)?.[1];
    if (messageId !== undefined)
      return { messageId, submissionId: link.searchParams.get('submissionId') ?? undefined };
  }
  const messageId = await resolve(name, (reference) => findSent(client, reference));
  return { messageId, submissionId: undefined };
}

/** A received message, by its id or its reference. */
export function resolveReceived(client: ChappeClient, given: string): Promise<string> {
  return resolve(given.trim(), (reference) => findReceived(client, reference));
}

async function resolve(name: string, find: (reference: string) => Promise<string>): Promise<string> {
  if (uuidForm.test(name)) return name.toLowerCase();
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
  return find(reference);
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
  throw nowhere(reference, 'sent');
}

async function findReceived(client: ChappeClient, reference: string): Promise<string> {
  let before: number | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await client.inbox.list({
      order: 'descending',
      limit: pageSize,
      ...(before === undefined ? {} : { after: before }),
    });
    const found = page.items.find((item) => item.message?.reference === reference);
    if (found !== undefined) return found.messageId;
    if (page.next === undefined) break;
    before = Number(page.next);
  }
  throw nowhere(reference, 'received');
}

function nowhere(reference: string, where: 'sent' | 'received'): ChappeProblem {
  return new ChappeProblem({
    type: 'urn:chappe:problem:not-found',
    title: `No message with the reference ${reference} among the last ${mostPages * pageSize} ${where}`,
    status: 404,
  });
}
