import type { ChappeClient } from '../create-client.ts';
import { type OriginalMessage, originalOf } from '../original-message.ts';
import { ChappeProblem } from '../problem.ts';
import type { InboxItem, SubmissionStatus } from '../read-model.ts';
import { nowhere, readName, type Side, searchReceived, searchSent } from './resolve-message-name.ts';
import { UsageError } from './usage-error.ts';

/** Fetches the message that somebody names by its id or its reference, whatever became of it. */
export async function findItem(
  client: ChappeClient,
  given: string,
  side: Side,
): Promise<InboxItem | SubmissionStatus> {
  const name = await readName(given);
  return 'messageId' in name
    ? readById(client, name.messageId, side)
    : readByReference(client, name.reference, side);
}

/** Fetches the message that somebody names, to refer to it. */
export async function findOriginal(
  client: ChappeClient,
  given: string,
  side: Side,
): Promise<OriginalMessage> {
  const item = await findItem(client, given, side);
  const original = originalOf(item);
  if (original === undefined) throw notThere(given, item);
  return original;
}

async function readById(
  client: ChappeClient,
  messageId: string,
  side: Side,
): Promise<InboxItem | SubmissionStatus> {
  if (side === 'sent') return client.status(messageId);
  try {
    return await client.inbox.read(messageId);
  } catch (error) {
    const isElsewhere = error instanceof ChappeProblem && error.code === 'not-found' && side === 'either';
    if (!isElsewhere) throw error;
    return client.status(messageId);
  }
}

async function readByReference(
  client: ChappeClient,
  reference: string,
  side: Side,
): Promise<InboxItem | SubmissionStatus> {
  const received = side === 'sent' ? undefined : await searchReceived(client, reference);
  const found = received ?? (side === 'received' ? undefined : await searchSent(client, reference));
  if (found !== undefined) return found;
  throw nowhere(reference, side);
}

function notThere(given: string, item: InboxItem | SubmissionStatus): UsageError {
  if ('state' in item && item.state === 'REFUSED') {
    return new UsageError({
      en: `${given} was refused and reached nobody: there is nothing to refer to`,
      fr: `${given} a été refusé et n'est arrivé à personne : rien à quoi se référer`,
    });
  }
  if ('state' in item && item.state === 'PENDING') {
    return new UsageError(
      { en: `${given} is not decided on yet`, fr: `${given} attend encore sa décision` },
      { en: 'repeat this in a moment', fr: 'recommencez dans un instant' },
    );
  }
  return new UsageError({
    en: `${given} has no content any more (withdrawn, or a notice)`,
    fr: `${given} n'a plus de contenu (retiré, ou simple avis)`,
  });
}
