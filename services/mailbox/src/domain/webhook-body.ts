import { deriveId } from '@chappe/schemas';
import type { InboxItemJson } from './inbox-item.ts';

/** The id under which one webhook is told of one item: the same at every attempt, so that receivers de-duplicate. */
export function webhookMessageId(webhookId: string, deliveryId: string): string {
  return `msg_${deriveId('webhook', webhookId, deliveryId)}`;
}

/** The body about one item: reference, ids and where to fetch it; nothing of what it says. */
export function itemBody(item: InboxItemJson, publicUrl: string): string {
  const reference = item.message?.reference;
  return JSON.stringify({
    type: 'inbox.item',
    timestamp: item.deliveredAt,
    data: {
      number: item.number,
      messageId: item.messageId,
      ...(typeof reference === 'string' ? { reference } : {}),
      threadId: item.threadId,
      url: `${publicUrl}/v1/inbox/${item.messageId}`,
    },
  });
}

/** The body that asks a target to prove itself by answering with the challenge. */
export function challengeBody(challenge: string, nowMs: number): string {
  return JSON.stringify({
    type: 'webhook.challenge',
    timestamp: new Date(nowMs).toISOString(),
    data: { challenge },
  });
}

/** The body behind the test button. */
export function testBody(webhookId: string, nowMs: number): string {
  return JSON.stringify({
    type: 'webhook.test',
    timestamp: new Date(nowMs).toISOString(),
    data: { webhookId },
  });
}

/**
 * Whether an answer proves that its writer understood the question: an object that holds the challenge and
 * nothing else. A service that sends back whatever it gets does not answer so.
 */
export function answersChallenge(text: string, challenge: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return false;
    return Object.keys(answer).join() === 'challenge' && Reflect.get(answer, 'challenge') === challenge;
  } catch {
    return false;
  }
}
