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

/** One number of rules, and what was measured with it. */
interface Side {
  readonly rules: number;
  /** Decides the next slice; answers how long that took. */
  readonly decideSlice: () => Promise<number>;
  readonly perS: number[];
}

/**
 * F7: decisions per second of the router's slices, from the bytes of a message to the bytes of its deliveries and
 * decision, with policy and Avro on. Kafka and PostgreSQL are left out: they cost the same however many rules there
 * are, and would only hide what the rules cost. The sides take turns slice by slice, so that whatever else the
 * machine does slows all of them alike.
 */
export async function measureF7(settings: { pairs: number; durationS: number }): Promise<Figure[]> {
  const sides = ruleCounts.map((rules): Side => ({ rules, decideSlice: openRouter(rules), perS: [] }));
  await takeTurns(sides, 1);
  for (const { perS } of sides) perS.length = 0;
  for (let pair = 0; pair < settings.pairs; pair += 1) {
    await takeTurns(sides, settings.durationS);
    const rates = sides.map(({ rules, perS }) => `${Math.round(perS.at(-1) ?? 0)}/s with ${rules} rules`);
    console.error(`F7 ${rates.join(', ')}`);
  }
  const [few] = sides;
  return sides.slice(1).map(({ rules, perS }) => {
    const ratio = median(perS.map((rate, pair) => rate / (few?.perS[pair] ?? Number.NaN)));
    return {
      name: rules === 10_000 ? 'F7' : `F7/${rules}`,
      ratio,
      goal: String(goal),
      met: ratio >= goal,
      details: { rules, perS, perSWithTenRules: few?.perS },
    };
  });
}

/** Lets each side decide for about so many seconds, forwards and backwards in turn, and notes its rate. */
async function takeTurns(sides: readonly Side[], durationS: number): Promise<void> {
  const spentMs = new Map<Side, number>();
  const endsMs = performance.now() + durationS * 1_000 * sides.length;
  let rounds = 0;
  while (performance.now() < endsMs) {
    for (const side of rounds % 2 === 0 ? sides : sides.toReversed()) {
      spentMs.set(side, (spentMs.get(side) ?? 0) + (await side.decideSlice()));
    }
    rounds += 1;
  }
  for (const side of sides) side.perS.push((rounds * sliceSize * 1_000) / (spentMs.get(side) ?? Number.NaN));
}

/** A router among so many rules. */
function openRouter(rules: number): () => Promise<number> {
  const directory = directoryWithRules(rules);
  const records = Array.from({ length: messageCount }, (_, index) => recordOf(index, rules));
  const route = assembleDecisions('routine', directory, Date.now);
  let decided = 0;
  return async () => {
    const at = decided % messageCount;
    decided += sliceSize;
    const slice = {
      topic: messageTopic('routine'),
      partition: 0,
      records: records.slice(at, at + sliceSize),
      first: 0n,
      after: BigInt(sliceSize),
    };
    const beganMs = performance.now();
    await route(slice);
    return performance.now() - beganMs;
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
