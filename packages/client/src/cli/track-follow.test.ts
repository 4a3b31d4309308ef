import { afterEach, expect, it } from 'vitest';
import { startChappe } from '../../test/run-chappe.ts';
import { type ScriptedServer, startScriptedServer, stream } from '../../test/scripted-server.ts';

const id = '01900000-0000-8000-8000-000000000001';
const state = (reached: string, owed: readonly string[]) => ({
  messageId: id,
  state: 'ACCEPTED',
  items: [
    {
      correspondent: 'desk:duty',
      role: 'ACTION',
      deliveredAt: '2020-01-01T00:00:00Z',
      state: reached,
      version: 1,
      receipts: [],
      owed,
    },
  ],
});
const event = (at: number, data: unknown) => `event: tracking\nid: ${at}\ndata: ${JSON.stringify(data)}`;

let server: ScriptedServer | undefined;
afterEach(() => server?.stop());

it('follows what happens to a message until Ctrl-C', async () => {
  const events = [event(1, state('DELIVERED', ['TAKEN_IN_CHARGE'])), event(2, state('TAKEN_IN_CHARGE', []))];
  server = await startScriptedServer(() => stream(events, 'silence'));
  const env = { CHAPPE_URL: server.url, CHAPPE_TOKEN: 't' };
  const running = startChappe(['track', id, '--follow'], { env });
  await expect.poll(running.output, { timeout: 20_000 }).toMatch(/TAKEN_IN_CHARGE .* —$/m);
  running.interrupt();
  const { code, out, err } = await running.ended;
  expect({ code, err }).toEqual({ code: 130, err: '' });
  expect(out.match(/^— /gm)).toHaveLength(2);
  expect(server.requests[0]?.path).toBe(`/v1/sent/${id}/tracking/stream`);
}, 60_000);
