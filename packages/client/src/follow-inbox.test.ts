import { afterEach, describe, expect, it } from 'vitest';
import {
  answer,
  delivery,
  drop,
  hang,
  item,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
  stream,
} from '../test/scripted-server.ts';
import { createClient } from './create-client.ts';
import type { FollowOptions } from './follow-inbox.ts';
import type { InboxEvent } from './inbox-sequence.ts';

let server: ScriptedServer;
afterEach(() => server.stop());

/** Serves the streams one after the other, and the list from the given items. */
async function follow(
  streams: readonly ScriptedReply[],
  take: number,
  options: FollowOptions & { readonly stored?: readonly number[] } = {},
): Promise<InboxEvent[]> {
  let connections = 0;
  server = await startScriptedServer(({ path, query }) => {
    if (path === '/v1/inbox/stream') return streams[connections++] ?? hang;
    const after = Number(query.get('after'));
    const limit = Number(query.get('limit'));
    // As the mailbox pages: what this reader may not see takes its place in the page and is not shown.
    const numbers = Array.from({ length: limit }, (_, index) => after + 1 + index);
    const shown = numbers.filter((number) => options.stored?.includes(number));
    return answer(200, { items: shown.map(item), next: after + limit });
  });
  const client = createClient({ url: server.url, token: async () => 't', retry: { baseDelayMs: 5 } });
  const events: InboxEvent[] = [];
  for await (const event of client.inbox.follow({ silenceTimeoutMs: 400, ...options })) {
    events.push(event);
    if (events.length === take) break;
  }
  return events;
}

function outline(events: readonly InboxEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'delivery')
      return `${event.repaired ? 'repaired ' : ''}${event.cursor} ${event.item.messageId}`;
    if (event.type === 'skipped') return `skipped ${event.first}-${event.last} ${event.cursor}`;
    return `reset ${event.epoch} ${event.cursor ?? 'start'}`;
  });
}

function lastEventIds(): (string | undefined)[] {
  return server.requests
    .filter(({ path }) => path === '/v1/inbox/stream')
    .map(({ headers }) => headers['last-event-id'] as string | undefined);
}

describe('following an inbox', () => {
  it('resumes after a cut connection from the last number, and yields nothing twice', async () => {
    const events = await follow(
      [
        stream([delivery(1), delivery(2)], 'drop'),
        drop,
        stream([delivery(2), delivery(1), delivery(2), delivery(3)], 'end'),
        stream([delivery(4)], 'silence'),
      ],
      4,
    );
    expect(outline(events)).toEqual(['a.1 m-1', 'a.2 m-2', 'a.3 m-3', 'a.4 m-4']);
    expect(lastEventIds()).toEqual([undefined, 'a.2', 'a.2', 'a.3']);
  });

  it('yields an event only when its block is whole', async () => {
    const half: ScriptedReply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${delivery(1)}\n\nevent: delivery\nid: a.2\ndata: {"number`, () =>
        response.socket?.destroy(),
      );
    };
    const events = await follow([half, stream([delivery(2)], 'silence')], 2);
    expect(outline(events)).toEqual(['a.1 m-1', 'a.2 m-2']);
    expect(lastEventIds()).toEqual([undefined, 'a.1']);
  });

  it('survives any cutting of the bytes, also inside a character', async () => {
    const accented = { ...item(1), notice: { code: 'dépêché à Beyrouth', messageId: 'm-1' } };
    const bytes = Buffer.from(`event: delivery\nid: a.1\ndata: ${JSON.stringify(accented)}\n\n`);
    const dribble: ScriptedReply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let at = 0;
      const next = () => {
        if (at < bytes.length) response.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    };
    const [event] = await follow([dribble], 1);
    expect(event).toMatchObject({ item: { notice: { code: 'dépêché à Beyrouth' } } });
  });

  it('takes silence for a dead connection, and heartbeats for life', async () => {
    const alive: ScriptedReply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${delivery(1)}\n\n`);
      const timer = setInterval(() => response.write(': heartbeat\n\n'), 100);
      setTimeout(() => response.write(`${delivery(2)}\n\n`), 700);
      response.on('close', () => clearInterval(timer));
    };
    const events = await follow([stream([], 'silence'), hang, alive], 2);
    expect(outline(events)).toEqual(['a.1 m-1', 'a.2 m-2']);
    expect(lastEventIds()).toHaveLength(3);
  });

  it('does not count the time its own reader takes as silence', async () => {
    let connections = 0;
    server = await startScriptedServer(() => {
      connections += 1;
      return stream([delivery(1), delivery(2)], 'silence');
    });
    const client = createClient({ url: server.url, token: async () => 't' });
    const seen: number[] = [];
    for await (const event of client.inbox.follow({ silenceTimeoutMs: 150 })) {
      if (event.type === 'delivery') seen.push(event.item.number);
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([1, 2]);
    expect(connections).toBe(1);
  });

  it('looks a gap up before it goes on: what is there is delivered, the rest is said to be skipped', async () => {
    const events = await follow([stream([delivery(1), delivery(6)], 'silence')], 5, { stored: [1, 3, 4, 6] });
    expect(outline(events)).toEqual([
      'a.1 m-1',
      'skipped 2-2 a.2',
      'repaired a.3 m-3',
      'repaired a.4 m-4',
      'skipped 5-5 a.5',
    ]);
  });

  it('looks on past a page of which it may see nothing', async () => {
    const events = await follow([stream([delivery(1), delivery(450)], 'silence')], 5, { stored: [1, 420] });
    expect(outline(events).slice(1)).toEqual([
      'skipped 2-419 a.419',
      'repaired a.420 m-420',
      'skipped 421-449 a.449',
      'a.450 m-450',
    ]);
  });

  it('keeps the item after a gap when the look-up fails, and asks for the gap again', async () => {
    let lists = 0;
    let connections = 0;
    server = await startScriptedServer(({ path }) => {
      if (path === '/v1/inbox') return lists++ === 0 ? drop : answer(200, { items: [item(2)] });
      connections += 1;
      return stream(connections === 1 ? [delivery(1), delivery(3)] : [delivery(3)], 'silence');
    });
    const retry = { baseDelayMs: 5, maxAttempts: 1 };
    const client = createClient({ url: server.url, token: async () => 't', retry });
    const events: InboxEvent[] = [];
    for await (const event of client.inbox.follow()) {
      events.push(event);
      if (events.length === 3) break;
    }
    expect(outline(events)).toEqual(['a.1 m-1', 'repaired a.2 m-2', 'a.3 m-3']);
    expect(lastEventIds()).toEqual([undefined, 'a.1']);
  });

  it('narrowed, asks for that on each connection, and tells what was left out without looking it up', async () => {
    const events = await follow(
      [stream([delivery(1), delivery(4), 'id: a.7'], 'drop'), stream([delivery(8)], 'silence')],
      5,
      { filter: { country: 'DJ', action: true }, since: 0 },
    );
    expect(outline(events)).toEqual(['a.1 m-1', 'skipped 2-3 a.3', 'a.4 m-4', 'skipped 5-7 a.7', 'a.8 m-8']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/inbox/stream', '/v1/inbox/stream']);
    for (const { query } of server.requests)
      expect([query.get('country'), query.get('action')]).toEqual(['DJ', 'true']);
  });

  it('lets a heartbeat move the cursor past what this reader may not see', async () => {
    const events = await follow(
      [stream([delivery(1), 'id: a.4'], 'drop'), stream([delivery(5)], 'silence')],
      3,
    );
    expect(outline(events)).toEqual(['a.1 m-1', 'skipped 2-4 a.4', 'a.5 m-5']);
    expect(lastEventIds()).toEqual([undefined, 'a.4']);
  });

  it('tells a reset, and starts again in the new epoch', async () => {
    const reset = 'event: reset\nid: b.0\ndata: {"epoch":"b"}';
    const events = await follow([stream([reset, delivery(1, 'b'), delivery(2, 'b')], 'silence')], 3, {
      after: 'a.40',
    });
    expect(lastEventIds()).toEqual(['a.40']);
    expect(outline(events)).toEqual(['reset b b.0', 'b.1 m-1', 'b.2 m-2']);
  });

  it('notices a new epoch that nobody announced', async () => {
    const events = await follow([stream([delivery(1), delivery(1, 'b')], 'silence')], 3);
    expect(outline(events)).toEqual(['a.1 m-1', 'reset b b.0', 'b.1 m-1']);
  });

  it('comes back at once when its stream ends with its token, whatever pause the server wants otherwise', async () => {
    const ending: ScriptedReply = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`retry: 20000\nid: a.0\n\n${delivery(1)}\n\n`);
      setTimeout(() => response.end('event: end\ndata: {"reason":"token-expired"}\n\n'), 1_050);
    };
    const startedAt = performance.now();
    const events = await follow([ending, stream([delivery(2)], 'silence')], 2, { silenceTimeoutMs: 3_000 });
    expect(outline(events)).toEqual(['a.1 m-1', 'a.2 m-2']);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('keeps to the pause that the server asks for', async () => {
    const startedAt = performance.now();
    await follow([stream(['retry: 800', 'id: a.0'], 'end'), stream([delivery(1)], 'silence')], 1);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(390);
  });

  it('asks for a start by number only while it has no cursor', async () => {
    await follow([stream([delivery(8)], 'drop'), stream([delivery(9)], 'silence')], 2, { since: 7 });
    expect(server.requests.map(({ query }) => query.get('since'))).toEqual(['7', null]);
    expect(lastEventIds()).toEqual([undefined, 'a.8']);
  });

  it('waits out 503 and rate limits, and says that it waits', async () => {
    const waits: string[] = [];
    await follow(
      [problem(503, 'unavailable'), problem(429, 'rate-limited'), stream([delivery(1)], 'silence')],
      1,
      {
        onConnection: (event) => waits.push(event.status),
      },
    );
    expect(waits).toEqual(['waiting', 'waiting', 'connected']);
  });

  it('ends with the problem when the server refuses for good', async () => {
    await expect(follow([problem(403, 'forbidden')], 1)).rejects.toMatchObject({
      name: 'ChappeProblem',
      code: 'forbidden',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up after as many failures in a row as it was allowed', async () => {
    await expect(follow([drop, drop, drop, drop], 1, { maxFailures: 3 })).rejects.toThrow();
    expect(server.requests).toHaveLength(3);
  });

  it('rejects with the reason of its signal, in the middle of silence', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('end of watch')), 100);
    await expect(follow([hang], 1, { signal: controller.signal })).rejects.toThrow('end of watch');
  });

  it('closes its connection when its reader stops', async () => {
    let closed = false;
    const held: ScriptedReply = (response, request) => {
      stream([delivery(1)], 'silence')(response, request);
      response.on('close', () => {
        closed = true;
      });
    };
    await follow([held], 1);
    await expect.poll(() => closed).toBe(true);
  });

  it('refuses a delivery that is no item instead of passing it on', async () => {
    const bad = 'event: delivery\nid: a.1\ndata: {"hello":1}';
    await expect(follow([stream([bad], 'silence')], 1)).rejects.toThrow('not an item of an inbox');
  });
});
