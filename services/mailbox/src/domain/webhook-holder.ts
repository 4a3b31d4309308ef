import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import { decide, type Subject } from '@chappe/policy';

/** Who registered a webhook, and for which correspondent. */
export interface WebhookOwner {
  readonly correspondent: string;
  readonly holder: { readonly kind: 'PERSON' | 'SYSTEM'; readonly id: string };
}

/**
 * The holder of a webhook as the directory of now sees it, or null when it is suspended, gone, or may no
 * longer keep webhooks for this correspondent: then nothing is sent.
 */
export function webhookHolder(
  directory: DirectorySnapshot,
  { correspondent, holder }: WebhookOwner,
  nowMs: number,
): Subject | null {
  const token = tokenOf(directory, holder);
  if (token === undefined) return null;
  const resolved = resolveSubject(directory, token, correspondent, nowMs);
  if (resolved.status !== 'resolved') return null;
  const resource = { kind: 'correspondent', correspondent } as const;
  const decision = decide(resolved.subject, 'webhook.manage', resource, { nowMs });
  return decision.effect === 'allow' ? resolved.subject : null;
}

function tokenOf(directory: DirectorySnapshot, { kind, id }: WebhookOwner['holder']) {
  if (kind === 'PERSON') {
    const person = directory.persons.get(id);
    return person && { issuer: person.issuer, subject: person.subject, clientId: '' };
  }
  const system = directory.systems.get(id);
  return system && { issuer: system.issuer, subject: system.clientId, clientId: system.clientId };
}
