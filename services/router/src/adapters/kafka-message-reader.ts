import { decodeRecord, type IncomingRecord, PoisonRecord } from '@chappe/kafka';
import type { Lane } from '@chappe/schemas';
import { referencesOf } from '../domain/message-references.ts';
import type { Arrival } from '../domain/thread-memory.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const digest = /^[0-9a-f]{64}$/;
const correspondent = /^[a-z]+:[A-Za-z0-9-]+$/;

/** Reads a record of a message topic, or throws what the sink is to do with it instead. */
export function readMessage(record: IncomingRecord, lane: Lane): Arrival {
  const message = decodeRecord('Message', record);
  const ids = [message.messageId, message.threadId, ...referencesOf(message).map((each) => each.messageId)];
  if (!ids.every((id) => uuid.test(id)) || !digest.test(message.requestDigest))
    throw new PoisonRecord('BAD_IDENTITY');
  if (!correspondent.test(message.sender.correspondent)) throw new PoisonRecord('BAD_SENDER');
  return { message, lane, encoded: record.value };
}
