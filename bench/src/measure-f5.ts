import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.ts';
import { type ItemFeed, openItemFeed } from './deliver-items.ts';
import type { Figure } from './figure.ts';
import { interleaved, median } from './median.ts';
import { openStreamReaders, type StreamReading } from './open-stream-readers.ts';
import { runPeer } from './run-peer.ts';

const connections = 1_000;
const itemsPerRun = 300;
const correspondent = 'desk:counter-terrorism';
const goal = 0.8;

/**
 * F5: deliveries per second to 1,000 streams of one inbox, from what was just committed, against a bare loop that
 * writes as many bytes to as many connections; and what a stream costs in memory.
 */
export async function measureF5(bench: BenchStack, settings: { pairs: number }): Promise<Figure[]> {
  const feed = await openItemFeed(bench, correspondent);
  const peer = await runPeer('bare-broadcast.ts', {});
  try {
    const bytes = await eventBytes(bench);
    const kiBPerStream = await memoryPerStream(bench);
    console.error(`F5 ${bytes} bytes per event, ${kiBPerStream.toFixed(1)} KiB per stream at ${connections}`);
    const perS: Record<'ours' | 'floor', number[]> = { ours: [], floor: [] };
    const sides = {
      ours: () => oursOnce(bench, feed),
      floor: () => floorOnce(peer.url, bytes),
    };
    for (const side of ['ours', 'floor'] as const) await sides[side]();
    for (const side of interleaved(settings.pairs)) {
      const { ms, missing, repeated } = await sides[side]();
      if (missing > 0 || repeated > 0) throw new Error(`${side}: ${missing} lost, ${repeated} repeated`);
      perS[side].push((connections * itemsPerRun * 1_000) / ms);
      console.error(`F5 ${side}: ${Math.round(perS[side].at(-1) ?? 0)} deliveries/s, none lost`);
    }
    const ratio = median(perS.ours.map((ours, pair) => ours / (perS.floor[pair] ?? Number.NaN)));
    return [
      {
        ...{ name: 'F5', ratio, goal: String(goal), met: ratio >= goal },
        details: { connections, itemsPerRun, bytes, kiBPerStream, deliveriesPerS: perS },
      },
    ];
  } finally {
    await Promise.all([peer.stop(), feed.stop()]);
  }
}

async function oursOnce(bench: BenchStack, feed: ItemFeed): Promise<StreamReading> {
  return readWhile(await streamOf(bench), () => feed.deliver(itemsPerRun));
}

async function floorOnce(url: string, bytes: number): Promise<StreamReading> {
  return readWhile({ url }, async () => {
    const response = await fetch(`${url}/?count=${itemsPerRun}&bytes=${bytes}`, { method: 'POST' });
    await response.body?.cancel();
  });
}

async function readWhile(
  target: { url: string; token?: string },
  send: () => Promise<void>,
): Promise<StreamReading> {
  const readers = await openStreamReaders({ ...target, connections, expected: itemsPerRun });
  try {
    await send();
    return await readers.reading();
  } finally {
    await readers.stop();
  }
}

async function streamOf(bench: BenchStack): Promise<{ url: string; token: string }> {
  return {
    url: `${bench.stack.service('mailbox').url}/v1/inbox/stream?since=latest`,
    token: await bench.token(correspondent),
  };
}

/** How long an event of ours is. */
async function eventBytes(bench: BenchStack): Promise<number> {
  const response = await fetch(`${bench.stack.service('mailbox').url}/v1/inbox?order=descending&limit=1`, {
    headers: { authorization: `Bearer ${await bench.token(correspondent)}` },
  });
  const { items } = (await response.json()) as { items: unknown[] };
  return Buffer.byteLength(JSON.stringify(items[0])) + 'event: delivery\nid: 1.1000\ndata: \n\n'.length;
}

/** Resident memory of the mailbox with all streams open and idle, less without, per stream. */
async function memoryPerStream(bench: BenchStack): Promise<number> {
  const before = await residentKiB(bench);
  const readers = await openStreamReaders({ ...(await streamOf(bench)), connections, expected: 1 });
  try {
    await pause(3_000);
    return ((await residentKiB(bench)) - before) / connections;
  } finally {
    await readers.stop();
  }
}

async function residentKiB(bench: BenchStack): Promise<number> {
  const pid = bench.stack.state.pids.mailbox;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
}
