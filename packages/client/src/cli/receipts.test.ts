import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Run, runChappe } from '../../test/run-chappe.ts';
import {
  answer,
  item,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from '../../test/scripted-server.ts';

// Each test starts processes; on a busy machine that takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const id = '01900000-0000-8000-8000-000000000001';
const reference = 'DJ-26-K7M2P4X-M';
const receipt = {
  version: 2,
  type: 'TAKEN_IN_CHARGE',
  at: '2020-01-01T00:00:00Z',
  position: 'rédacteur',
  channel: 'SYSTEM',
};
const state = {
  messageId: id,
  unread: false,
  receiptState: 'TAKEN_IN_CHARGE',
  receiptVersion: 2,
  takenInChargeBy: { position: 'rédacteur', since: '2020-01-01T00:00:00Z', mine: true },
  receipts: [receipt],
};

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function against(
  script: readonly ScriptedReply[] | ((request: SeenRequest) => ScriptedReply),
  args: readonly string[],
): Promise<Run> {
  server = await startScriptedServer(script);
  return runChappe(args, { env: { CHAPPE_URL: server.url, CHAPPE_TOKEN: 'a-token', LC_ALL: 'en_GB.UTF-8' } });
}

describe('ack', () => {
  it('takes charge of a message named by its reference, which the server looks up', async () => {
    const { code, out, err } = await against(
      (request) => {
        if (request.method === 'POST') return answer(201, state);
        return answer(200, { items: [{ ...item(3), messageId: id, message: { reference } }] });
      },
      ['ack', 'dj-26-k7m2p4x-m', '--taken'],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^✓ dj-26-k7m2p4x-m {2}TAKEN_IN_CHARGE {2}in charge: yours, [0-9,]+ days ago\n$/);
    expect(server?.requests.map((each) => [each.method, each.path, each.query.get('reference')])).toEqual([
      ['GET', '/v1/inbox', reference],
      ['POST', `/v1/inbox/${id}/receipts`, null],
    ]);
    expect(server?.requests[1]?.body).toEqual({ type: 'TAKEN_IN_CHARGE' });
  });

  it.each([
    [['--rejected', 'misrouted'], { type: 'REJECTED', reason: 'misrouted' }],
    [
      ['--transferred', 'desk:cyber', '--note', 'a phishing case'],
      { type: 'TRANSFERRED', transferredTo: 'desk:cyber', reason: 'a phishing case' },
    ],
    [
      ['--complied', '--channel', 'phone', '--given-by', 'duty officer'],
      { type: 'COMPLIED', channel: 'PHONE', givenBy: 'duty officer' },
    ],
  ])('%j sends %j', async (flags, body) => {
    const { code } = await against([answer(201, state)], ['ack', id, ...flags]);
    expect(code).toBe(0);
    expect(server?.requests[0]?.body).toEqual(body);
  });

  it.each([
    [['ack', id], 'exactly one of'],
    [['ack', id, '--read', '--taken'], 'exactly one of'],
    [['ack', id, '--read', '--given-by', 'duty officer'], '--channel phone'],
    [['ack', id, '--read', '--channel', 'pigeon'], 'phone, paper'],
    [['ack', '--read'], 'missing required argument'],
  ])('takes %j for a wrong command line and sends nothing', async (args, words) => {
    const { code, err } = await against([], args);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(server?.requests).toHaveLength(0);
  });

  it.each([
    [409, 'receipt-taken', 3, 'hand it over to you'],
    [403, 'person-required', 4, 'as a person'],
    [404, 'not-found', 6, 'told alike'],
  ])('tells %i %s with its exit code and what to do', async (status, name, expected, words) => {
    const { code, err } = await against([problem(status, name)], ['ack', id, '--taken']);
    expect(code).toBe(expected);
    expect(err).toContain(`urn:chappe:problem:${name}`);
    expect(err).toContain(words);
  });

  it('does not pass for done when the matter is another’s by now', async () => {
    const handedOn = { ...state, takenInChargeBy: { ...state.takenInChargeBy, mine: false } };
    const { code, out } = await against([answer(200, handedOn)], ['ack', id, '--taken']);
    expect(code).toBe(3);
    expect(out).toContain('in charge: rédacteur');
  });

  it('acknowledges several at once, and says the worst of what became of them', async () => {
    const other = '01900000-0000-8000-8000-000000000002';
    const taken = { type: 'urn:chappe:problem:receipt-taken', title: 'Already in charge', status: 409 };
    const items = [
      { messageId: id, status: 201, receipt: state },
      { messageId: other, status: 409, problem: taken },
    ];
    const { code, out } = await against([answer(200, { items })], ['ack', id, other, '--taken']);
    expect(code).toBe(3);
    expect(out).toContain(`✓ ${id}`);
    expect(out).toContain(`✗ ${other}  Already in charge`);
    expect(server?.requests[0]?.body).toEqual({
      items: [id, other].map((messageId) => ({ messageId, type: 'TAKEN_IN_CHARGE' })),
    });
  });

  it('helps with examples in French', async () => {
    const { code, out } = await runChappe(['help', 'ack', '--lang', 'fr']);
    expect(code).toBe(0);
    expect(out).toContain('Exemples :\n  chappe ack DJ-26-K7M2P4X-M --taken');
    expect(out).toContain('pris en charge');
  });
});

describe('track', () => {
  const tracking = {
    messageId: id,
    state: 'ACCEPTED',
    items: [
      {
        correspondent: 'desk:duty',
        role: 'ACTION',
        deliveredAt: '2020-01-01T00:00:00Z',
        state: 'TAKEN_IN_CHARGE',
        version: 2,
        receipts: [{ ...receipt, channel: 'PHONE' }],
        owed: [],
        recall: { messageId: id, state: 'READ', receipts: [], owed: ['COMPLIED'] },
      },
      {
        correspondent: 'post:CI',
        role: 'ACTION',
        deliveredAt: '2020-01-01T00:00:00Z',
        state: 'DELIVERED',
        version: 1,
        receipts: [],
        owed: ['TAKEN_IN_CHARGE'],
      },
    ],
    others: { count: 3, owing: 2 },
  };

  it('prints who has it, by which way, and what is owed by whom', async () => {
    const { code, out } = await against([answer(200, tracking)], ['track', id]);
    expect(code).toBe(0);
    const [head, first, second, rest] = out.split('\n');
    expect(head).toMatch(/^RECIPIENT {2}FOR +STATE +SINCE +BY +OWES +NOTE$/);
    expect(first).toMatch(/^desk:duty .*TAKEN_IN_CHARGE .*rédacteur \(PHONE\) {2}COMPLIED +recalled: READ$/);
    expect(second).toMatch(/^post:CI .*DELIVERED .* TAKEN_IN_CHARGE$/);
    expect(rest).toBe('and 3 more, through others or by rule; 2 of them still owe COMPLIED');
  });

  it('gives programs the tracking as it is, and tells a refused message by its exit code', async () => {
    const json = await against([answer(200, tracking)], ['track', id, '--json']);
    expect(JSON.parse(json.out)).toEqual(tracking);
    await server?.stop();
    const refused = { messageId: id, state: 'REFUSED', items: [] };
    expect(await against([answer(200, refused)], ['track', id])).toMatchObject({ code: 7 });
  });
});
