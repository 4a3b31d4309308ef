import { readFile } from 'node:fs/promises';
import { type MessageRequest, uuidV7 } from '@chappe/client';

const example = new URL('../../packages/schemas/examples/lead.json', import.meta.url);

/** A valid exercise lead under a submission id of its own; fields may be replaced. */
export async function inventedLead(changes: Partial<MessageRequest> = {}): Promise<MessageRequest> {
  const lead = JSON.parse(await readFile(example, 'utf8')) as MessageRequest;
  return { ...lead, submissionId: uuidV7(), ...changes };
}
