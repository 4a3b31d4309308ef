import { uuidV7 } from '@chappe/client';
import type { IncomingRecord } from '@chappe/kafka';
import { assembleDecisions } from '@chappe/router';
import {
  completeDraft,
  computeRequestDigest,
  deriveMessageId,
  draftFromJson,
  encode,
  type MessageRequest,
  messageSchemaVersion,
  messageTopic,
} from '@chappe/schemas';
import type { Figure } from './figure.ts';
import { directoryWithRules, subjectOfRule } from './invented-rules.ts';
import { median } from './median.ts';

const ruleCounts = [10, 1_000, 10_000] as const;
const goal = 0.7;
/** The router's own bound on a slice. */
const sliceSize = 64;
const messageCount = 4_096;

/**
 * F7: decisions per second of the router's slices, from the bytes of a message to the bytes of its deliveries and
 * decision, with policy and Avro on. Kafka and PostgreSQL are left out: they cost the same however many rules there
 * are, and would only hide what the rules cost.
 */
export async function measureF7(settings: { pairs: number; durationS: number }): Promise<Figure[]> {
  const sides = ruleCounts.map((count) => ({ count, decide: openRouter(count), perS: [] as number[] }));
  for (const { decide } of sides) await decide(1);
  for (let pair = 0; pair < settings.pairs; pair += 1) {
    for (const { count, decide, perS } of pair % 2 === 0 ? sides : sides.toReversed()) {
      const rate = await decide(settings.durationS);
      perS.push(rate);
      console.error(`F7 ${count} rules: ${Math.round(rate)} decisions/s`);
    }
  }
  const [few] = sides;
  return sides.slice(1).map(({ count, perS }) => {
    const ratio = median(perS.map((rate, pair) => rate / (few?.perS[pair] ?? Number.NaN)));
    return {
      name: count === 10_000 ? 'F7' : `F7/${count}`,
      ratio,
      goal: String(goal),
      met: ratio >= goal,
      details: { rules: count, perS, perSWithTenRules: few?.perS },
    };
  });
}

/** A router that decides for so many seconds, and answers how many decisions per second it took. */
function openRouter(rules: number): (durationS: number) => Promise<number> {
  const directory = directoryWithRules(rules);
  const records = Array.from({ length: messageCount }, (_, index) => recordOf(index, rules));
  const route = assembleDecisions('routine', directory, Date.now);
  return async (durationS) => {
    const beganMs = performance.now();
    const endsMs = beganMs + durationS * 1_000;
    let decided = 0;
    while (performance.now() < endsMs) {
      const at = decided % messageCount;
      await route({
        topic: messageTopic('routine'),
        partition: 0,
        records: records.slice(at, at + sliceSize),
        first: 0n,
        after: BigInt(sliceSize),
      });
      decided += sliceSize;
    }
    return (decided * 1_000) / (performance.now() - beganMs);
  };
}

/** A lead for which one of the rules speaks; the rules take turns over all of them. */
function recordOf(index: number, rules: number): IncomingRecord {
  const { country, crimeArea, keyword } = subjectOfRule(Math.floor((index * rules) / messageCount));
  const request: MessageRequest = {
    submissionId: uuidV7(),
    kind: 'LEAD',
    status: 'EXERCISE',
    exerciseId: 'EXERCISE-BENCH',
    urgency: 'ROUTINE',
    crimeAreas: [crimeArea],
    countriesConcerned: [country],
    keywords: [keyword],
    body: { text: 'Two invented persons were seen unloading crates from an invented boat. '.repeat(5) },
  };
  const correspondent = 'post:DJ';
  const message = completeDraft(draftFromJson(request), {
    correspondent,
    messageId: deriveMessageId(correspondent, request.submissionId ?? ''),
    requestDigest: computeRequestDigest(correspondent, request),
    reference: 'DJ-26-INVENTE-D',
    actor: 'person-invented',
    receivedAt: Date.now(),
    releasedBy: null,
    releasedAt: null,
    retainUntil: null,
    traceId: null,
    schemaVersion: messageSchemaVersion,
    withheld: [],
  });
  const key = message.threadId;
  return {
    topic: messageTopic('routine'),
    partition: 0,
    offset: BigInt(index),
    key,
    rawKey: Buffer.from(key),
    value: encode('Message', message),
    headers: {},
    timestampMs: message.receivedAt,
  };
}
