import { type DeliveryFilter, matches } from '../domain/inbox-filter.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import { untouched } from '../domain/receipt-state.ts';
import type { HubLimits, StreamOutlet } from './stream-hub.ts';

/** Whose inbox the tests stream. */
export const correspondent = 'post:DJ';
/** Small bounds, so that a few items reach them. */
export const limits: HubLimits = {
  maxBufferedBytes: 600,
  stallTimeoutMs: 5_000,
  heartbeatMs: 15_000,
  pollMs: 1_000,
  pageItems: 4,
  window: { maxItems: 6, maxBytes: 10_000 },
};

/** One invented item. */
export function item(number: number, kind = 'LEAD'): InboxItem {
  return {
    correspondent,
    number,
    deliveryId: `d-${number}`,
    messageId: `m-${number}`,
    decisionId: `e-${number}`,
    threadId: `t-${number}`,
    role: 'ACTION',
    lane: 'flash',
    kind,
    status: 'ACTUAL',
    sender: 'post:CI',
    deliveredAtMs: 0,
    message: null,
    notice: null,
    markings: {
      excluded: false,
      thirdPartyRule: false,
      classification: 'NOT_PROTECTED',
      tlp: null,
      handling: [],
      crimeAreas: [],
      attentionPositions: null,
    },
    recalledBy: null,
    withdrawn: false,
    receipt: untouched,
    dueAtMs: null,
    sizeBytes: 10,
  };
}

/** A store whose commits are visible at once and whose answers take a turn of the event loop. */
export function fakeStore() {
  const rows: InboxItem[] = [];
  const state = { epoch: 1, reads: 0, failing: false };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    state,
    rows,
    commit(count: number, kind?: string): InboxItem[] {
      const fresh = Array.from({ length: count }, (_, index) => item(rows.length + index + 1, kind));
      rows.push(...fresh);
      return fresh;
    },
    async readAfter(_correspondent: string, number: number, limit: number) {
      state.reads += 1;
      const page = rows.slice(number, number + limit);
      await turn();
      if (state.failing) throw new Error('the store is away');
      return page;
    },
    async readMatching(_correspondent: string, number: number, limit: number, filter: DeliveryFilter) {
      state.reads += 1;
      const last = rows.length;
      const items = rows.filter((each) => each.number > number && matches(each, filter)).slice(0, limit);
      await turn();
      if (state.failing) throw new Error('the store is away');
      return { items, upTo: items.length < limit ? last : (items.at(-1)?.number ?? last) };
    },
    async readHeads(correspondents: readonly string[]) {
      const last = new Map(correspondents.map((each) => [each, rows.length]));
      await turn();
      if (state.failing) throw new Error('the store is away');
      return { epoch: state.epoch, last };
    },
  };
}

/** A connection that buffers until it is read. */
export function fakeOutlet() {
  let buffered = 0;
  let waiting: ((empty: boolean) => void) | undefined;
  const received: number[] = [];
  const outlet = {
    received,
    ended: null as string | null,
    reading: true,
    peakBytes: 0,
    heartbeats: 0,
    write(bytes: Buffer) {
      const text = bytes.toString('utf8');
      for (const match of text.matchAll(/event: delivery\nid: \d+\.(\d+)\n/g))
        received.push(Number(match[1]));
      if (text.startsWith(': heartbeat')) outlet.heartbeats += 1;
      if (outlet.reading) return;
      buffered += bytes.length;
      outlet.peakBytes = Math.max(outlet.peakBytes, buffered);
    },
    bufferedBytes: () => buffered,
    drained: (timeoutMs: number) =>
      new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), timeoutMs);
        waiting = (empty) => {
          clearTimeout(timer);
          resolve(empty);
        };
      }),
    end(reason: string) {
      outlet.ended = reason;
    },
    resume() {
      outlet.reading = true;
      buffered = 0;
      waiting?.(true);
    },
  };
  return outlet satisfies StreamOutlet;
}
