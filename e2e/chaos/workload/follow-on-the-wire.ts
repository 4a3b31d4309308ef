import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../history/open-history.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import type { ChaosClients } from './open-clients.ts';
import { createBlockParser, type StreamBlock } from './parse-event-stream.ts';
import { codeOf } from './submit-until-answered.ts';

/** A follower of one inbox that is cut off again and again. */
export interface WireFollower {
  /** Cuts it off for good and waits for its end. */
  stop(): Promise<void>;
}

interface Cursor {
  readonly epoch: string;
  readonly number: number;
}

/** Beyond this without a byte the connection is dead; the server sends heartbeats every 15 s. */
const silenceMs = 40_000;
const reconnectMs = 300;

/**
 * Follows an inbox as a browser would, resuming with Last-Event-ID, and notes every number that the server
 * sends. Each connection is cut by its own side after some seconds, at any byte.
 */
export function followOnTheWire(options: {
  readonly url: string;
  readonly correspondent: string;
  readonly reader: string;
  readonly clients: ChaosClients;
  readonly history: History;
  readonly random: Random;
  /** The number to start after; the whole inbox without. */
  readonly since?: number;
  /** How long a connection is let live, at most; `longest` for one that is never cut by its own side. */
  readonly longestMs: number;
}): WireFollower {
  const { correspondent, reader, clients, history, random } = options;
  const stopping = new AbortController();
  let last: Cursor | undefined;

  const noteStream = (happened: 'opened' | 'passed' | 'reset' | 'ended', at: Cursor): void =>
    history.append({ what: 'stream', client: reader, reader, correspondent, happened, ...at });

  function take(block: StreamBlock, opened: boolean): void {
    const at = parseCursor(block.id);
    if (at === undefined) return;
    if (block.name === 'reset') {
      last = at;
      noteStream('reset', at);
      return;
    }
    if (block.name !== 'delivery') {
      if (!opened && last !== undefined && at.number > last.number) noteStream('passed', at);
      if (opened) noteStream('opened', at);
      last = at;
      return;
    }
    const item = JSON.parse(block.data ?? '{}') as { messageId?: string; role?: string; kind?: string };
    history.append({
      what: 'seen',
      client: reader,
      reader,
      correspondent,
      number: at.number,
      epoch: at.epoch,
      messageId: item.messageId ?? '',
      role: item.role ?? '',
      kind: item.kind ?? '',
      how: 'stream',
    });
    last = at;
  }

  async function connect(): Promise<void> {
    const cut = new AbortController();
    const silence = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let life: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
    };
    try {
      const token = await clients.tokenOf(correspondent);
      heard();
      const since = last === undefined && options.since !== undefined ? `?since=${options.since}` : '';
      const response = await fetch(new URL(`/v1/inbox/stream${since}`, options.url), {
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'text/event-stream',
          ...(last === undefined ? {} : { 'last-event-id': `${last.epoch}.${last.number}` }),
        },
        signal: AbortSignal.any([stopping.signal, cut.signal, silence.signal]),
      });
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        throw new Error(`status ${response.status}`);
      }
      life = setTimeout(() => cut.abort(), Math.ceil(options.longestMs * (0.2 + 0.8 * random.next())));
      const parse = createBlockParser();
      const decoder = new TextDecoder();
      let opened = true;
      for await (const chunk of response.body) {
        heard();
        for (const block of parse(decoder.decode(chunk, { stream: true }))) {
          take(block, opened);
          if (block.id !== undefined) opened = false;
        }
      }
    } finally {
      clearTimeout(timer);
      clearTimeout(life);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await connect();
      } catch (error) {
        if (!(error instanceof Error) || !['AbortError', 'TimeoutError'].includes(error.name)) {
          history.append({ what: 'note', client: reader, text: `stream lost: ${codeOf(error)}` });
        }
      }
      if (last !== undefined) noteStream('ended', last);
      // Woken by the end, it goes to look whether it is to stop.
      await sleep(reconnectMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

function parseCursor(id: string | undefined): Cursor | undefined {
  const [, epoch, number] = /^([A-Za-z0-9_-]+)\.(\d{1,15})$/.exec(id ?? '') ?? [];
  return epoch === undefined ? undefined : { epoch, number: Number(number) };
}
