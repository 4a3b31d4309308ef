import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { MessageRequest } from '@chappe/schemas';

const folder = new URL('../../../packages/schemas/examples/', import.meta.url);

/** The published examples, one per kind and the flash lead. */
export function exampleRequests(): { name: string; request: MessageRequest }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace('.json', ''),
      request: JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
    }));
}

/** A new UUIDv7. */
export function newSubmissionId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomBytes(9).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

/** A lead that anybody may send, under a new submission. */
export function newLead(changes: object = {}): MessageRequest & { submissionId: string } {
  return {
    submissionId: newSubmissionId(),
    kind: 'LEAD',
    status: 'ACTUAL',
    urgency: 'ROUTINE',
    crimeAreas: ['DRUG_TRAFFICKING'],
    body: { text: 'A dhow left at dawn.' },
    ...changes,
  } as MessageRequest & { submissionId: string };
}
