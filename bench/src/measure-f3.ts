import { setTimeout as pause } from 'node:timers/promises';
import { deriveMessageId } from '@chappe/schemas';
import { build, type Histogram } from 'hdr-histogram-js';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './figure.ts';
import { followInboxStream } from './follow-inbox-stream.ts';
import { inventedLead } from './invented-lead.ts';
import { interleaved, median } from './median.ts';
import { openPoster } from './open-poster.ts';
import { openRawPath } from './raw-batched-kafka.ts';
import { sendOpenLoop } from './send-open-loop.ts';

const rates = [200, 1_000];
const goal = 3;

/** F3: p99 from the time a POST was due to its bytes on the recipient's stream, against raw produce to consume. */
export async function measureF3(
  bench: BenchStack,
  settings: { pairs: number; durationS: number },
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const perS of rates) {
    const schedule = { perS, durationS: settings.durationS };
    const p99s: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };
    const sides = { ours: () => oursOnce(bench, schedule), floor: () => rawOnce(bench, schedule) };
    for (const side of ['ours', 'floor'] as const) await sides[side]();
    for (const side of interleaved(settings.pairs)) {
      const histogram = await sides[side]();
      const p99Ms = histogram.getValueAtPercentile(99) / 1000;
      p99s[side].push(p99Ms);
      console.error(
        `F3 ${perS}/s, ${side}: p50 ${histogram.getValueAtPercentile(50) / 1000} ms, p99 ${p99Ms} ms, ` +
          `${histogram.totalCount} received`,
      );
    }
    const ratio = median(p99s.ours.map((ours, pair) => ours / (p99s.floor[pair] ?? Number.NaN)));
    figures.push({
      name: perS === 200 ? 'F3' : `F3/${perS}`,
      ratio,
      goal: `<= ${goal} at ${perS}/s`,
      met: ratio <= goal,
      details: { p99Ms: p99s },
    });
  }
  return figures;
}

type Schedule = { perS: number; durationS: number };

/** Latencies in microseconds; every message sent must be received, or the run does not count. */
class Latencies {
  readonly histogram: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000 });
  readonly #due = new Map<string, { dueMs: number; counts: boolean }>();

  sent(id: string, dueMs: number, counts: boolean): void {
    this.#due.set(id, { dueMs, counts });
  }

  received(id: string): void {
    const due = this.#due.get(id);
    if (due === undefined) return;
    this.#due.delete(id);
    if (!due.counts) return;
    this.histogram.recordValue(Math.max(1, Math.round((performance.now() - due.dueMs) * 1000)));
  }

  async allReceived(): Promise<Histogram> {
    for (let waited = 0; this.#due.size > 0; waited += 20) {
      if (waited > 30_000) throw new Error(`${this.#due.size} messages never arrived`);
      await pause(20);
    }
    return this.histogram;
  }
}

async function oursOnce(bench: BenchStack, schedule: Schedule): Promise<Histogram> {
  const latencies = new Latencies();
  const desk = await bench.token('desk:counter-terrorism');
  const stream = await followInboxStream(
    { url: bench.stack.service('mailbox').url, token: desk },
    (messageId) => latencies.received(messageId),
  );
  const poster = openPoster(bench.stack.service('ingest').url, await bench.token('post:DJ'));
  try {
    await sendOpenLoop(schedule, (dueMs, counts) => {
      const body = inventedLead();
      const [, submissionId = ''] = /"submissionId":"([^"]+)"/.exec(body) ?? [];
      latencies.sent(deriveMessageId('post:DJ', submissionId), dueMs, counts);
      poster.post(body);
    });
    return await latencies.allReceived();
  } finally {
    stream.stop();
    poster.close();
  }
}

let runs = 0;

async function rawOnce(bench: BenchStack, schedule: Schedule): Promise<Histogram> {
  const latencies = new Latencies();
  runs += 1;
  const path = await openRawPath(bench, `bench.raw.${runs}`, (id) => latencies.received(id));
  try {
    let sent = 0;
    await sendOpenLoop(schedule, (dueMs, counts) => {
      sent += 1;
      const id = `raw-${runs}-${sent}`;
      latencies.sent(id, dueMs, counts);
      path.send(id, Buffer.from(inventedLead()));
    });
    return await latencies.allReceived();
  } finally {
    await path.stop();
  }
}
