import { Problem } from '@chappe/service-kit';
import type { Webhook } from './postgres-webhooks.ts';

/** The entity tag of what people can change about a webhook; what it has done since is not part of it. */
export function webhookTag({ version }: Pick<Webhook, 'version'>): string {
  return `"${version}"`;
}

/** Refuses a change to a webhook of another version than `If-Match` names (RFC 9110, 13.1.1). */
export function requireVersion(ifMatch: string | undefined, webhook: Webhook): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.includes(webhookTag(webhook))) throw changedMeanwhile();
}

/** The refusal of a change that was made to an older version. */
export function changedMeanwhile(): Problem {
  return new Problem('precondition-failed', { detail: 'The webhook was changed meanwhile: read it again.' });
}
