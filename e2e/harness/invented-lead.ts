import { readFile } from 'node:fs/promises';
import { type MessageRequest, uuidV7 } from '@chappe/client';

/** A request that posts a lead. */
export type LeadRequest = Extract<MessageRequest, { kind: 'LEAD' }>;

const example = new URL('../../packages/schemas/examples/lead.json', import.meta.url);

/** The example lead, an exercise on terrorism, under a submission id of its own; fields may be replaced. */
export async function inventedLead(changes: Partial<Omit<LeadRequest, 'kind'>> = {}): Promise<LeadRequest> {
  const lead = JSON.parse(await readFile(example, 'utf8')) as LeadRequest;
  return { ...lead, submissionId: uuidV7(), ...changes };
}
