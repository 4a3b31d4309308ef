import { type LaneProducer, type OutgoingRecord, publishAll } from '@chappe/kafka';
import { decisionTopic, deliveryTopic, encode, type Lane } from '@chappe/schemas';
import { traceparentFor } from '@chappe/service-kit';
import { composeDeliveries, type FindOriginal } from '../domain/compose-deliveries.ts';
import type { KnownDecision } from '../domain/thread-memory.ts';
import type { Publisher } from '../routing/route-slice.ts';

/** A message to a hundred correspondents must neither overflow the producer's queue nor hold up the lane. */
const mostBytesAtOnce = 2 * 1024 * 1024;

/** The publisher of a lane: one `send`, so one round trip, unless the deliveries are many. */
export function createPublisher(lane: Lane, producer: Pick<LaneProducer, 'send'>): Publisher {
  return {
    async publish(decisions, findOriginal) {
      let records: OutgoingRecord[] = [];
      let bytes = 0;
      for (const known of decisions) {
        for (const record of recordsOf(known, lane, findOriginal)) {
          records.push(record);
          bytes += record.value.length;
          if (bytes < mostBytesAtOnce) continue;
          await publishAll(producer, records);
          records = [];
          bytes = 0;
        }
      }
      if (records.length > 0) await publishAll(producer, records);
    },
  };
}

function* recordsOf(known: KnownDecision, lane: Lane, findOriginal: FindOriginal): Generator<OutgoingRecord> {
  const { decision } = known;
  const headers = headersOf(known);
  for (const delivery of composeDeliveries(known, findOriginal)) {
    yield {
      topic: deliveryTopic(lane),
      key: delivery.correspondent,
      value: encode('Delivery', delivery),
      headers: headers('chappe.delivery.v1', delivery.deliveryId, delivery.kind),
    };
  }
  yield {
    topic: decisionTopic,
    key: decision.messageId,
    value: encode('Decision', decision),
    headers: headers('chappe.decision.v1', decision.decisionId, decision.kind),
  };
}

/** CloudEvents in binary mode; nothing is ever decided from a header. */
function headersOf({ decision, traceId }: KnownDecision) {
  const shared: Record<string, string> = {
    ce_specversion: '1.0',
    ce_source: 'urn:chappe:router',
    ce_subject: decision.messageId,
    ce_time: new Date(decision.decidedAt).toISOString(),
    'content-type': 'application/vnd.apache.avro',
    status: decision.status,
  };
  if (traceId !== null) shared.traceparent = traceparentFor(traceId);
  return (type: string, id: string, kind: string): Record<string, string> => ({
    ...shared,
    ce_type: type,
    ce_id: id,
    'message-kind': kind,
  });
}
