import kafkajs from 'kafkajs';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './figure.ts';
import { inventedLead } from './invented-lead.ts';
import { interleaved, median } from './median.ts';
import { type ClosedLoopResult, postClosedLoop } from './post-closed-loop.ts';
import { runPeer } from './run-peer.ts';

const goals = [
  { connections: 64, goal: 2 },
  { connections: 16, goal: 1.5 },
  { connections: 1, goal: 0.8 },
];
const topic = 'bench.bare';
const partitions = 6;

/** F1: ingest acknowledged per second, with everything on, against a bare handler with one send per request. */
export async function measureF1(
  bench: BenchStack,
  settings: { pairs: number; durationS: number },
): Promise<Figure[]> {
  await createTopic(bench);
  const peer = await runPeer('bare-fastify-kafkajs.ts', {
    BROKERS: bench.kafka.brokers.join(','),
    KAFKA_USERNAME: bench.kafka.username,
    KAFKA_PASSWORD: bench.kafka.password,
    TOPIC: topic,
  });
  try {
    const figures: Figure[] = [];
    for (const { connections, goal } of goals) {
      const runs: Record<'ours' | 'floor', ClosedLoopResult[]> = { ours: [], floor: [] };
      for (const side of ['ours', 'floor'] as const) await run(bench, peer.url, side, connections, 2);
      for (const side of interleaved(settings.pairs)) {
        const result = await run(bench, peer.url, side, connections, settings.durationS);
        runs[side].push(result);
        console.error(`F1 ${connections} connections, ${side}: ${Math.round(result.acknowledgedPerS)}/s`);
      }
      const ratio = median(
        runs.ours.map(
          (ours, pair) => ours.acknowledgedPerS / (runs.floor[pair]?.acknowledgedPerS ?? Number.NaN),
        ),
      );
      figures.push({
        name: connections === 64 ? 'F1' : `F1/${connections}`,
        ratio,
        goal: `>= ${goal} at ${connections} connections`,
        met: ratio >= goal,
        details: runs,
      });
    }
    return figures;
  } finally {
    await peer.stop();
  }
}

async function run(
  bench: BenchStack,
  peerUrl: string,
  side: 'ours' | 'floor',
  connections: number,
  durationS: number,
): Promise<ClosedLoopResult> {
  const target =
    side === 'ours'
      ? {
          url: bench.stack.service('ingest').url,
          path: '/v1/messages',
          headers: { authorization: `Bearer ${await bench.token('post:DJ')}` },
        }
      : { url: peerUrl, path: '/messages' };
  const result = await postClosedLoop({ ...target, connections, durationS, body: inventedLead() });
  if (result.otherAnswers > 0) throw new Error(`${side}: ${result.otherAnswers} answers were not 202`);
  return result;
}

async function createTopic({ kafka }: BenchStack): Promise<void> {
  const { brokers, username, password } = kafka;
  const admin = new kafkajs.Kafka({
    brokers: [...brokers],
    sasl: { mechanism: 'plain', username, password },
    logLevel: kafkajs.logLevel.ERROR,
  }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }] });
  await admin.disconnect();
}
