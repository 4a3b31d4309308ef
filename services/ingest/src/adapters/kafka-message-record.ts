import type { OutgoingRecord } from '@chappe/kafka';
import { encode, type Lane, type Message, messageTopic } from '@chappe/schemas';
import { traceparentFor } from '@chappe/service-kit';

/**
 * The record of a message on its lane's topic, keyed by thread, with the headers of CloudEvents' binary
 * mode. Headers serve tools; nothing is decided from one.
 */
export function messageRecord(message: Message, lane: Lane): OutgoingRecord {
  return {
    topic: messageTopic(lane),
    key: message.threadId,
    value: encode('Message', message),
    headers: {
      'content-type': 'application/vnd.apache.avro',
      ce_specversion: '1.0',
      ce_id: message.messageId,
      ce_source: `urn:chappe:correspondent:${message.sender.correspondent}`,
      ce_type: `chappe.message.${message.kind.toLowerCase()}.v1`,
      ce_time: new Date(message.receivedAt).toISOString(),
      'message-kind': message.kind,
      status: message.status,
      ...(message.traceId === null ? {} : { traceparent: traceparentFor(message.traceId) }),
    },
  };
}
