import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Run, runChappe, startChappe } from '../../test/run-chappe.ts';
import {
  answer,
  delivery,
  drop,
  hang,
  item,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
  stream,
} from '../../test/scripted-server.ts';

// Each test starts processes; on a busy machine that takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const accepted = {
  messageId: '01900000-0000-8000-8000-000000000001',
  reference: 'DJ-26-K7M2P4X-M',
  status: 'http://x/v1/sent/1',
};
const submissionId = '01900000-0000-7000-8000-000000000009';
const lead = {
  submissionId,
  kind: 'LEAD',
  status: 'EXERCISE',
  exerciseId: 'EX-1',
  urgency: 'ROUTINE',
  body: { text: 'seen' },
};

let server: ScriptedServer | undefined;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-cli-'));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(folder, { recursive: true });
});

async function against(
  script: Parameters<typeof startScriptedServer>[0],
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Run> {
  server = await startScriptedServer(script);
  const env = { CHAPPE_URL: server.url, CHAPPE_TOKEN: 'a-token', ...options.env };
  return runChappe(args, { ...options, env, cwd: folder });
}

function bodyOf(index = 0): Record<string, unknown> {
  return server?.requests[index]?.body as Record<string, unknown>;
}

describe('publishing from the command line', () => {
  it('sends a flash from one line and names it', async () => {
    const flash = [
      'flash',
      'armed men at the gate',
      '--place',
      'Djibouti port',
      '--country',
      'dj',
      '--callback',
      '+253 1',
      '--actual',
    ];
    const { code, out, err } = await against([answer(202, accepted)], flash);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`✓ DJ-26-K7M2P4X-M  accepted  ${accepted.messageId}\n  chappe status DJ-26-K7M2P4X-M\n`);
    expect(bodyOf()).toEqual({
      submissionId: expect.stringMatching(/-7/),
      kind: 'LEAD',
      status: 'ACTUAL',
      urgency: 'FLASH',
      urgencyGround: 'THREAT_TO_LIFE',
      countriesConcerned: ['DJ'],
      places: [{ country: 'DJ', name: 'Djibouti port' }],
      body: { text: 'armed men at the gate', callback: '+253 1' },
    });
  });

  it('sends the same bytes when the same line is repeated under the same submission id', async () => {
    const line = [
      'publish',
      '--text',
      'seen',
      '--to',
      'desk:cyber,desk:duty',
      '--crime-area',
      'computer-crime',
      '--exercise',
      'EX-1',
      '--submission-id',
      submissionId,
    ];
    await against([answer(202, accepted)], line);
    const first = bodyOf();
    await server?.stop();
    await against([answer(202, accepted)], line);
    expect(bodyOf()).toEqual(first);
    expect(first).toMatchObject({
      submissionId,
      crimeAreas: ['COMPUTER_CRIME'],
      recipients: { action: [{ correspondent: 'desk:cyber' }, { correspondent: 'desk:duty' }] },
    });
  });

  it('asks whether it is real where nothing says so, and sends nothing', async () => {
    const { code, err } = await against([answer(202, accepted)], ['flash', 'text']);
    expect(code).toBe(2);
    expect(err).toContain('--actual');
    expect(server?.requests).toHaveLength(0);
  });

  it('keeps the submission id of a file, and replaces it when asked', async () => {
    await writeFile(join(folder, 'lead.json'), JSON.stringify(lead));
    await against([answer(202, accepted)], ['publish', 'lead.json']);
    expect(bodyOf()).toEqual(lead);
    await server?.stop();
    await against([answer(202, accepted)], ['publish', 'lead.json', '--fresh', '--to', 'ignored:by-a-file']);
    expect(bodyOf().submissionId).not.toBe(submissionId);
    expect(bodyOf().submissionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('does not leave an exercise mark on what is declared real', async () => {
    await against([answer(202, accepted)], ['publish', '-', '--actual'], { input: JSON.stringify(lead) });
    expect(bodyOf()).toMatchObject({ status: 'ACTUAL' });
    expect(bodyOf()).not.toHaveProperty('exerciseId');
  });

  it('sends several from standard input as a batch, and says the worst of what became of them', async () => {
    const { messageId, reference, status } = accepted;
    const items = [
      { submissionId, status: 202, accepted: { messageId, reference, status } },
      {
        submissionId: null,
        status: 400,
        problem: { type: 'urn:chappe:problem:missing-field', title: 'A field is missing', status: 400 },
      },
    ];
    const input = `${JSON.stringify(lead)}\n${JSON.stringify({ ...lead, submissionId: undefined })}\n`;
    const { code, out } = await against([answer(200, { items })], ['publish', '-', '--json'], { input });
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      items: [{ outcome: 'accepted', reference }, { outcome: 'refused' }],
    });
  });

  it('waits for the decision and tells a refusal by its exit code', async () => {
    const script = [
      answer(202, accepted),
      answer(200, { messageId: accepted.messageId, state: 'PENDING' }),
      answer(200, { messageId: accepted.messageId, state: 'REFUSED', refusalCode: 'reference-unavailable' }),
    ];
    const { code, out } = await against(script, ['publish', '-', '--wait', '--json'], {
      input: JSON.stringify(lead),
    });
    expect(code).toBe(7);
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'accepted',
      decision: { refusalCode: 'reference-unavailable' },
    });
    expect(server?.requests[1]?.query.get('submissionId')).toBe(submissionId);
  });

  it('foretells who would get it and why, in the language of the reader, and sends nothing', async () => {
    const reasons = [{ code: 'rule', fr: 'Désigné par une règle.', en: 'Named by a rule.' }];
    const correspondents = [{ correspondent: 'desk:duty', role: 'ACTION', reasons }];
    const notServed = [{ correspondent: 'post:XX', reasons: [{ code: 'suspended', fr: 'Suspendu.' }] }];
    const explained = {
      reference: accepted.reference,
      explanation: { outcome: 'ACCEPTED', correspondents, notServed },
    };
    const input = JSON.stringify(lead);
    const args = ['publish', '-', '--dry-run', '--lang', 'fr'];
    const { code, out } = await against([answer(200, explained)], args, { input });
    expect(code).toBe(0);
    expect(out).toMatch(/post:XX {7}NON SERVI {2}Suspendu\./);
    expect(out).toMatch(/desk:duty {5}ACTION {5}Désigné par une règle\./);
    expect(server?.requests.map(({ query }) => query.get('dryRun'))).toEqual(['true']);
  });

  it('says how to repeat safely when nobody answered', async () => {
    const { code, err } = await against(() => hang, ['publish', '-', '--timeout', '1'], {
      input: JSON.stringify(lead),
    });
    expect(code).toBe(5);
    expect(err).toContain(`--submission-id ${submissionId}`);
  });
});

describe('exit codes and words of refusals', () => {
  it.each([
    [400, 'unknown-field', 3],
    [401, 'token-expired', 4],
    [403, 'forbidden', 4],
    [404, 'not-found', 6],
    [422, 'submission-conflict', 3],
  ])('%i %s ends with its own code and says the type and what to do', async (status, name, expected) => {
    const { code, err } = await against(() => problem(status, name), ['publish', '-'], {
      input: JSON.stringify(lead),
    });
    expect(code).toBe(expected);
    expect(err).toContain(`urn:chappe:problem:${name}`);
    expect(err).toContain('what to do: ');
  });

  it('speaks French by its locale, and by --lang against it', async () => {
    const french = await against(() => problem(403, 'release-required'), ['whoami'], {
      env: { LANG: 'fr_FR.UTF-8' },
    });
    expect(french.err).toContain("que faire: un validateur doit l'envoyer");
    await server?.stop();
    const env = { LANG: 'fr_FR.UTF-8' };
    const english = await against(() => problem(403, 'release-required'), ['whoami', '--lang', 'en'], {
      env,
    });
    expect(english.err).toContain('what to do: a releaser must send it');
  });

  it('gives programs the problem as JSON', async () => {
    const { code, err, out } = await against(() => problem(403, 'forbidden'), ['whoami', '--json']);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(JSON.parse(err)).toMatchObject({ error: 'forbidden', problem: { status: 403 } });
  });

  it('tells a dead server from a refusing one', async () => {
    const gone = await startScriptedServer([]);
    await gone.stop();
    const env = { CHAPPE_URL: gone.url, CHAPPE_TOKEN: 't' };
    const { code, err } = await runChappe(['whoami', '--timeout', '1'], { env });
    expect(code).toBe(5);
    expect(err).toMatch(/did not answer in time.*ECONNREFUSED/);
  });

  it.each([
    [['publsh'], "unknown command 'publsh'"],
    [['flash'], "missing required argument 'text'"],
    [['inbox', '--limit', 'many'], 'It must be a number above zero.'],
    [['archive', 'search', 'x'], '--reason'],
    [['whoami', '--nope'], "unknown option '--nope'"],
    [['whoami', '--url', 'http://127.0.0.1:9'], 'nothing to sign in with'],
    [['whoami'], 'I do not know where Chappe is'],
  ])('takes %j for a wrong command line', async (args, words) => {
    const { code, out, err } = await runChappe(args, { cwd: folder });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
  });

  it('helps with examples, and that is no error', async () => {
    const { code, out } = await runChappe(['help', 'publish', '--lang', 'fr']);
    expect(code).toBe(0);
    expect(out).toContain('Exemples :\n  chappe publish packages/schemas/examples/lead.json');
    const { out: choices } = await runChappe(['help', 'close', '--lang', 'fr']);
    expect(choices.replaceAll(/\s+/g, ' ')).toContain(
      'advenu (exploited, forwarded, no-action, duplicate, unfounded)',
    );
  });
});

describe('reading', () => {
  it('prints an aligned table without colours, and neutralises what would move the cursor', async () => {
    const sneaky = {
      ...item(12),
      message: { reference: 'DJ-26-AAAAAAA-1', body: { text: '\u001b[31mred\u001b[0m\nnext\u202eline' } },
    };
    const { out } = await against([answer(200, { items: [item(3), sneaky] })], ['inbox']);
    const [head, first, second] = out.split('\n');
    expect(head).toMatch(/^NO\. {2}LANE {4}REFERENCE {8}FROM {5}KIND {2}WHEN +TEXT$/);
    expect(first).toMatch(/^3 {4}urgent {2}m-3 {14}post:DJ {2}LEAD {2}/);
    expect(second).toContain('[31mred[0m nextline');
    expect([...out].filter((character) => ['\u001b', '\u202e'].includes(character))).toEqual([]);
  });

  it('follows as one JSON document a line, until its limit', async () => {
    const streams: ScriptedReply[] = [
      stream([delivery(1)], 'drop'),
      drop,
      stream([delivery(1), delivery(2)], 'silence'),
    ];
    let connections = 0;
    const { code, out } = await against(
      () => streams[connections++] ?? hang,
      ['inbox', '--follow', '--json', '--limit', '2'],
    );
    expect(code).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { cursor: string });
    expect(events.map(({ cursor }) => cursor)).toEqual(['a.1', 'a.2']);
  });

  it('ends a follow by Ctrl-C at once, with its own code', async () => {
    server = await startScriptedServer(() => stream([delivery(1)], 'silence'));
    const env = { CHAPPE_URL: server.url, CHAPPE_TOKEN: 't' };
    const running = startChappe(['inbox', '--follow', '--json'], { env });
    await expect.poll(running.output, { timeout: 5_000 }).toContain('m-1');
    running.interrupt();
    expect(await running.ended).toMatchObject({ code: 130, err: '' });
  });

  it('has the server look a sent message up by its reference, and asks which of two is meant', async () => {
    const recipient = {
      correspondent: 'desk:duty',
      role: 'ACTION',
      deliveredAt: '2020-01-01T00:00:00Z',
      state: 'DELIVERED',
      version: 1,
      receipts: [],
      owed: ['TAKEN_IN_CHARGE'],
    };
    const status = { messageId: 'm-9', reference: accepted.reference, state: 'ACCEPTED' };
    const tracking = { messageId: 'm-9', state: 'ACCEPTED', items: [recipient] };
    const sent =
      (...found: readonly object[]) =>
      ({ path }: SeenRequest): ScriptedReply => {
        if (path === '/v1/sent') return answer(200, { items: found });
        return answer(200, path.endsWith('/tracking') ? tracking : status);
      };
    const { code, out, err } = await against(sent(status), ['status', 'dj-26-k7m2p4x-m']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(server?.requests[0]?.query.get('reference')).toBe('DJ-26-K7M2P4X-M');
    expect(out).toMatch(/^DJ-26-K7M2P4X-M {2}decided and delivered\n/);
    expect(out).toMatch(/desk:duty {2}ACTION {2}[0-9,]+ days ago/);
    await server?.stop();
    const two = await against(sent(status, { ...status, messageId: 'm-8' }), ['status', 'DJ-26-K7M2P4X-M']);
    expect(two).toMatchObject({ code: 2, err: expect.stringMatching(/borne by 2 messages[\s\S]*m-9, m-8/) });
  });

  it('detects a mistyped reference before it asks anybody', async () => {
    const { code, err } = await against(() => answer(200, { items: [] }), ['status', 'DJ-26-K7M2P4Y-M']);
    expect(code).toBe(2);
    expect(err).toContain('check symbol');
    expect(server?.requests).toHaveLength(0);
  });

  it('says that a reference is nowhere', async () => {
    const { code } = await against(() => answer(200, { items: [] }), ['status', 'DJ-26-K7M2P4X-M']);
    expect(code).toBe(6);
  });

  it('sends the reason with a search of the archive', async () => {
    const { code } = await against(
      [answer(200, { items: [] })],
      ['archive', 'search', 'courier', '--reason', 'case 12'],
    );
    expect(code).toBe(0);
    expect([...(server?.requests[0]?.query ?? [])]).toEqual(
      expect.arrayContaining([
        ['reason', 'case 12'],
        ['q', 'courier'],
      ]),
    );
  });

  it('reads an archived message by its reference, each step with the reason', async () => {
    const archived = { messageId: 'm-9', reference: accepted.reference, kind: 'LEAD' };
    const { code, out } = await against(
      [answer(200, { items: [archived] }), answer(200, archived)],
      ['archive', 'read', 'dj 26 k7m2p4x m', '--reason', 'case 12'],
    );
    expect([code, JSON.parse(out)]).toEqual([0, archived]);
    expect(server?.requests.map(({ path, query }) => [path, Object.fromEntries(query)])).toEqual([
      ['/v1/archive/messages', { reason: 'case 12', reference: accepted.reference, limit: '10' }],
      ['/v1/archive/messages/m-9', { reason: 'case 12' }],
    ]);
  });
});
