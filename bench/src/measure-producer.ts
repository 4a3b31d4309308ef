import { createLaneProducer, type KafkaSettings } from '@chappe/kafka';
import kafkajs from 'kafkajs';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './median.ts';

const topic = 'message.routine.v1';
const value = Buffer.alloc(700, 'x');
/** How much the lane producer must gain, by the number of callers that wait for an answer each. */
const goals = new Map([
  [1, 0.8],
  [16, 1.5],
  [64, 2],
  [256, 2],
]);
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Sends one record and waits for its acknowledgement. */
interface Sender {
  send(key: string): Promise<void>;
  stop(): Promise<void>;
}

/** Acknowledged records per second of the lane producer against one `send` of kafkajs per record. */
export async function measureProducer(
  bench: BenchStack,
  settings: { pairs: number; durationS: number },
): Promise<Figure[]> {
  const sides = { ours: await openLaneProducer(bench), floor: await openBareProducer(bench) };
  const figures: Figure[] = [];
  try {
    for (const [callers, goal] of goals) {
      const perS: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };
      for (const side of ['ours', 'floor'] as const) await sendClosedLoop(sides[side], callers, 1);
      for (const side of interleaved(settings.pairs)) {
        perS[side].push(await sendClosedLoop(sides[side], callers, settings.durationS));
      }
      const ratio = median(perS.ours.map((ours, pair) => ours / (perS.floor[pair] ?? Number.NaN)));
      console.error(
        `producer, ${callers} callers: ours ${Math.round(median(perS.ours))}/s, ` +
          `one send each ${Math.round(median(perS.floor))}/s`,
      );
      const name = `producer/${callers}`;
      figures.push({ name, ratio, goal: `>= ${goal}`, met: ratio >= goal, details: { perS } });
    }
  } finally {
    await Promise.all([sides.ours.stop(), sides.floor.stop()]);
  }
  return figures;
}

async function sendClosedLoop(sender: Sender, callers: number, durationS: number): Promise<number> {
  const beganMs = performance.now();
  const endsMs = beganMs + durationS * 1_000;
  let acknowledged = 0;
  const loops = Array.from({ length: callers }, async (_, caller) => {
    for (let at = 0; performance.now() < endsMs; at += 1) {
      await sender.send(`${caller}-${at}`);
      acknowledged += 1;
    }
  });
  await Promise.all(loops);
  return acknowledged / ((performance.now() - beganMs) / 1_000);
}

async function openLaneProducer({ kafka }: BenchStack): Promise<Sender> {
  const settings: KafkaSettings = {
    ...kafka,
    mechanism: 'plain',
    tls: false,
    clientId: 'bench-ours',
    topicPrefix: '',
  };
  const producer = createLaneProducer(settings, { name: 'bench', log: silent });
  await producer.start();
  return {
    async send(key) {
      const outcome = await producer.send([{ topic, key, value }]);
      if (outcome.status !== 'acknowledged') throw new Error(`not acknowledged: ${outcome.reason}`);
    },
    stop: () => producer.stop(),
  };
}

async function openBareProducer({ kafka: { brokers, username, password } }: BenchStack): Promise<Sender> {
  const kafka = new kafkajs.Kafka({
    clientId: 'bench-floor',
    brokers: [...brokers],
    sasl: { mechanism: 'plain', username, password },
    logLevel: kafkajs.logLevel.ERROR,
  });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    async send(key) {
      await producer.send({ topic, acks: -1, messages: [{ key, value }] });
    },
    stop: () => producer.disconnect(),
  };
}
