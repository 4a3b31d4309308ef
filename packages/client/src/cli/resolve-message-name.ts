import type { ChappeClient } from '../create-client.ts';
import type { InboxItem, SubmissionStatus } from '../read-model.ts';
import type { Text } from './language.ts';
import { NothingFound } from './nothing-found.ts';
import { UsageError } from './usage-error.ts';

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const mostNamesakes = 10;

/** Where a message may lie: only its author corrects it, only a recipient answers it. */
export type Side = 'received' | 'sent' | 'either';

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

/** What was sent under a reference; undefined where there is nothing. */
export async function searchSent(
  client: ChappeClient,
  reference: string,
): Promise<SubmissionStatus | undefined> {
  return onlyOne(reference, (await client.sent({ reference, limit: mostNamesakes })).items);
}

/** What was received under a reference; undefined where there is nothing. */
export async function searchReceived(
  client: ChappeClient,
  reference: string,
): Promise<InboxItem | undefined> {
  const { items } = await client.inbox.list({ reference, order: 'descending', limit: mostNamesakes });
  return onlyOne(reference, items);
}

/** An archived message, by its id or its reference; looking up is a search, logged with the reason. */
export async function resolveArchived(client: ChappeClient, given: string, reason: string): Promise<string> {
  const named = await readName(given);
  if ('messageId' in named) return named.messageId;
  const { items } = await client.archive.search({ reason, reference: named.reference, limit: mostNamesakes });
  const found = onlyOne(named.reference, items);
  if (found === undefined) throw nowhere(named.reference, 'either');
  return found.messageId;
}

/** The refusal of a reference that no message has which one may read. */
export function nowhere(reference: string, where: Side): NothingFound {
  const { en, fr } = sides[where];
  return new NothingFound({
    en: `No message ${en} bears ${reference}`,
    fr: `Aucun message ${fr} ne porte ${reference}`,
  });
}

const sides: Readonly<Record<Side, Text>> = {
  received: { en: 'received', fr: 'reçu' },
  sent: { en: 'sent', fr: 'envoyé' },
  either: { en: 'sent or received', fr: 'envoyé ou reçu' },
};

/** Two messages may bear one reference: which is meant only their ids say. */
function onlyOne<T extends { readonly messageId: string }>(
  reference: string,
  items: readonly T[],
): T | undefined {
  const ids = [...new Set(items.map(({ messageId }) => messageId))];
  if (ids.length <= 1) return items[0];
  throw new UsageError(
    {
      en: `${reference} is borne by ${ids.length} messages`,
      fr: `${reference} désigne ${ids.length} messages`,
    },
    {
      en: `name one by its id: ${ids.join(', ')}`,
      fr: `nommez-en un par son identifiant : ${ids.join(', ')}`,
    },
  );
}
