import type { Message } from '../src/generated/records.ts';
import { completeDraft, draftFromJson } from '../src/json/project-message.ts';

/** A whole message with the shortest body, for tests that change one thing about it. */
export function exampleMessage(changes: Partial<Message> = {}): Message {
  const draft = draftFromJson({
    kind: 'LEAD',
    status: 'EXERCISE',
    urgency: 'FLASH',
    body: { text: 'One line.' },
  });
  const message = completeDraft(draft, {
    correspondent: 'post:DJ',
    messageId: '01936a5e-7c00-8e6c-9aae-98bed46900de',
    reference: 'DJ-24-Q6P6BK6-V',
    actor: 'person-1',
    releasedBy: null,
    releasedAt: null,
    receivedAt: 1_764_000_000_000,
    retainUntil: null,
    requestDigest: 'ab'.repeat(32),
    traceId: null,
    schemaVersion: 1,
    withheld: [],
  });
  return { ...message, ...changes };
}
