import type { ChappeClient } from '../create-client.ts';
import { ChappeProblem } from '../problem.ts';
import type { InboxItem, SubmissionStatus } from '../read-model.ts';
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
  const named = await readName(name);
  if ('messageId' in named) return { messageId: named.messageId, submissionId: undefined };
  const found = await searchSent(client, named.reference);
  if (found === undefined) throw nowhere(named.reference, 'sent');
  return { messageId: found.messageId, submissionId: undefined };
}

/** A received message, by its id or its reference. */
export async function resolveReceived(client: ChappeClient, given: string): Promise<string> {
  const named = await readName(given);
  if ('messageId' in named) return named.messageId;
  const found = await searchReceived(client, named.reference);
  if (found === undefined) throw nowhere(named.reference, 'received');
  return found.messageId;
}

/** Reads a name; a mistyped reference is noticed by its check symbol, before anybody is asked. */
export async function readName(
  given: string,
): Promise<{ readonly messageId: string } | { readonly reference: string }> {
  const name = given.trim();
  if (uuidForm.test(name)) return { messageId: name.toLowerCase() };
  const { isReference, normaliseReference } = await import('@chappe/schemas');
  const reference = normaliseReference(name);
  if (isReference(reference)) return { reference };
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

/** Looks for a reference among what was sent, the latest first. */
export async function searchSent(
  client: ChappeClient,
  reference: string,
): Promise<SubmissionStatus | undefined> {
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await client.sent({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    const found = page.items.find((item) => item.reference === reference);
    if (found !== undefined) return found;
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return undefined;
}

/** Looks for a reference in the inbox, the newest first. */
export async function searchReceived(
  client: ChappeClient,
  reference: string,
): Promise<InboxItem | undefined> {
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await client.inbox.list({
      order: 'descending',
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const found = page.items.find((item) => item.message?.reference === reference);
    if (found !== undefined) return found;
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return undefined;
}

/** The refusal of a reference that none of the latest messages has. */
export function nowhere(reference: string, where: 'sent' | 'received' | 'sent and received'): ChappeProblem {
  return new ChappeProblem({
    type: 'urn:chappe:problem:not-found',
    title: `No message with the reference ${reference} among the last ${mostPages * pageSize} ${where}`,
    status: 404,
  });
}
