import { afterEach, describe, expect, it } from 'vitest';
import { drop, problem, type ScriptedServer, startScriptedServer, stream } from '../test/scripted-server.ts';
import { createClient } from './create-client.ts';
import type { Tracking } from './read-model.ts';

let server: ScriptedServer;
afterEach(() => server.stop());

const state = (id: string, receiptState: string): string => {
  const item = {
    ...{
      correspondent: 'desk:cyber',
      role: 'ACTION',
      deliveredAt: '2026-11-23T09:00:00Z',
      state: receiptState,
    },
    ...{ version: 1, receipts: [], owed: [] },
  };
  return `event: tracking\nid: ${id}\ndata: ${JSON.stringify({ messageId: 'm-1', state: 'ACCEPTED', items: [item] })}`;
};

async function follow(script: Parameters<typeof startScriptedServer>[0], take: number): Promise<string[]> {
  server = await startScriptedServer(script);
  const client = createClient({ url: server.url, token: async () => 't', retry: { baseDelayMs: 5 } });
  const states: string[] = [];
  for await (const tracking of client.sent.followTracking('m-1', { silenceTimeoutMs: 400 })) {
    states.push(statesOf(tracking));
    if (states.length === take) break;
  }
  return states;
}

const statesOf = ({ items }: Tracking): string => items.map((item) => item.state).join(', ');

describe('following what happens to a message', () => {
  it('comes back with the last state it knows, and yields no state twice in a row', async () => {
    const states = await follow(
      [
        stream([state('one', 'DELIVERED'), state('one', 'DELIVERED')], 'drop'),
        drop,
        stream([state('one', 'DELIVERED'), state('two', 'READ')], 'end'),
        stream([': heartbeat', state('three', 'COMPLIED')], 'silence'),
      ],
      3,
    );
    expect(states).toEqual(['DELIVERED', 'READ', 'COMPLIED']);
    expect(server.requests.map(({ path }) => path)).toEqual(
      Array.from({ length: 4 }, () => '/v1/sent/m-1/tracking/stream'),
    );
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([
      undefined,
      'one',
      'one',
      'two',
    ]);
  });

  it('ends with the problem when there is no such message for this sender', async () => {
    await expect(follow([problem(404, 'not-found')], 1)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('refuses an event that tells of something else', async () => {
    const bad = 'event: tracking\nid: x\ndata: {"hello":1}';
    await expect(follow([stream([bad], 'silence')], 1)).rejects.toThrow('what happened to a message');
  });
});
