import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PoisonRecord } from '@chappe/kafka';
import { type AuditEntry, auditTopic, decode } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

const path = '/v1/operations/mailbox/dead-letters';
const secret = 'the name of an invented person';
const [first, second] = ['demo-operator', 'demo-operator-2'];
let harness: Harness;
let replicas: RunningService[];
let broken = true;
/** Poison of these tests has a text of its own, by which what was applied is told. */
let buried = 0;

beforeAll(async () => {
  harness = await createHarness();
  type Wrap = NonNullable<NonNullable<Parameters<Harness['start']>[1]>['wrapApplySlice']>;
  const wrapApplySlice: Wrap = (apply) => async (slice) => {
    const texts = slice.plan.inbox.map(({ delivery: each }) => JSON.stringify(each.message?.lead ?? null));
    if (texts.some((text) => text.includes(secret))) {
      if (broken) throw new PoisonRecord('NULL_POINTER');
      await pause(60);
    }
    return await apply(slice);
  };
  replicas = [
    await harness.start({ INSTANCE_ID: 'one' }, { wrapApplySlice }),
    await harness.start({ INSTANCE_ID: 'two' }, { wrapApplySlice }),
  ];
});
afterAll(() => harness?.close());

interface Item {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
  readonly result?: string;
  readonly caseId?: string | null;
  readonly state?: string;
  readonly openCase?: string | null;
  readonly [field: string]: unknown;
}

async function ask(asked: string, options: { as?: string; replica?: number; body?: unknown } = {}) {
  const { as = first, replica = 0, body } = options;
  const authorization = `Bearer ${await harness.token(as)}`;
  const response = await fetch(`${replicas[replica]?.url}${asked}`, {
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(text).not.toContain(secret);
  const answer: { items?: Item[]; type?: string; [field: string]: unknown } = JSON.parse(text);
  return { status: response.status, answer, items: answer.items ?? [], type: answer.type ?? '' };
}

const letterOf = ({ group, partition, offset }: Item) => ({ group, partition, offset });
const results = ({ items }: { readonly items: readonly Item[] }) => items.map(({ result }) => result);
const inbox = async (): Promise<number> =>
  (await harness.pool.query(`SELECT 1 FROM inbox_item WHERE correspondent = 'post:CI'`)).rowCount ?? 0;

/** Lets so many deliveries become dead letters; answers them, the newest first. */
async function bury(count: number): Promise<readonly Item[]> {
  broken = true;
  const before = (await ask(`${path}?limit=100`)).items.length;
  await harness.deliver(
    Array.from({ length: count }, () => {
      buried += 1;
      return delivery({ number: 100 + buried, to: 'post:CI', lane: 'flash', text: `${secret} ${buried}` });
    }),
  );
  let items: readonly Item[] = [];
  await eventually('the letters', async () => {
    items = (await ask(`${path}?limit=100`)).items;
    return items.length === before + count;
  });
  broken = false;
  return items.slice(0, count);
}

const propose = (act: string, letters: readonly Item[], as = first, replica = 0) =>
  ask(`${path}/cases`, {
    as,
    replica,
    body: { act, reason: 'sent by mistake', letters: letters.map(letterOf) },
  });
const decide = (
  decision: string,
  cases: readonly (string | null | undefined)[],
  as = second,
  replica = 1,
  reason: string | undefined = 'seen with the post',
) => ask(`${path}/cases/decisions`, { as, replica, body: { decision, cases, reason } });
const replay = (letters: readonly Item[], replica = 0) =>
  ask(`${path}/replays`, { replica, body: { letters: letters.map(letterOf), reason: 'mended' } });

async function auditOf(action: string, atLeast: number): Promise<readonly AuditEntry[]> {
  let entries: AuditEntry[] = [];
  await eventually(`the audit of ${action}`, async () => {
    const records = await harness.read(auditTopic, 1, 'archive');
    entries = records.flatMap(({ value }) => {
      const decoded = decode('AuditEntry', value);
      return decoded.status === 'decoded' && decoded.value.action === action ? [decoded.value] : [];
    });
    return entries.length >= atLeast;
  });
  return entries;
}

test('a letter is given up by two operators, told for good, and taken up again by two', async () => {
  const [letter, other] = await bury(2);
  if (letter === undefined || other === undefined) throw new Error('no letters');
  const held = await inbox();

  const proposed = await propose('DISCARD', [letter]);
  expect(results(proposed)).toEqual(['PROPOSED']);
  const [{ caseId } = { caseId: null }] = proposed.items;
  expect(results(await propose('DISCARD', [letter], second, 1))).toEqual(['ALREADY_PROPOSED']);
  expect((await ask(path)).items.find(({ offset }) => offset === letter.offset)).toMatchObject({
    state: 'DISCARD_PROPOSED',
    openCase: caseId,
  });

  // One person alone decides nothing.
  expect(results(await decide('APPROVE', [caseId], first))).toEqual(['SECOND_PERSON_REQUIRED']);
  expect(results(await decide('REJECT', [caseId], first))).toEqual(['SECOND_PERSON_REQUIRED']);
  expect(results(await decide('WITHDRAW', [caseId], second))).toEqual(['ONLY_THE_PROPOSER']);
  expect(results(await decide('APPROVE', [caseId, '999999']))).toEqual(['APPROVED', 'NOT_FOUND']);
  // An answer that was lost may be asked for again, at any replica.
  expect(results(await decide('APPROVE', [caseId], second, 0))).toEqual(['APPROVED']);
  expect(results(await decide('REJECT', [caseId], second, 0))).toEqual(['CLOSED']);

  expect(results(await replay([letter, other], 1))).toEqual(['DISCARDED', 'REPLAYED']);
  expect(await inbox()).toBe(held + 1);
  expect(results(await propose('DISCARD', [letter, other]))).toEqual([
    'ALREADY_DISCARDED',
    'ALREADY_REPLAYED',
  ]);
  expect((await ask(path)).items.filter(({ state }) => state === 'OPEN')).toEqual([]);

  const history = await ask(`${path}/letters/${letter.group}/${letter.partition}/${letter.offset}`);
  expect(history.answer).toMatchObject({
    state: 'DISCARDED',
    letter: { code: 'NULL_POINTER', original: { topic: 'delivery.flash.v1' } },
    replays: [{ result: 'DISCARDED', subject: 'person-operator' }],
    cases: [
      {
        id: caseId,
        act: 'DISCARD',
        state: 'APPROVED',
        reason: 'sent by mistake',
        proposedBy: 'person-operator',
        decidedBy: 'person-operator-2',
        decisionReason: 'seen with the post',
        code: 'NULL_POINTER',
      },
    ],
  });

  // Taking it up again needs two as well, and until then it stays given up.
  const again = await propose('REINSTATE', [letter, other], second);
  expect(results(again)).toEqual(['PROPOSED', 'NOT_DISCARDED']);
  expect(results(await replay([letter]))).toEqual(['DISCARDED']);
  expect(results(await decide('APPROVE', [again.items[0]?.caseId], second))).toEqual([
    'SECOND_PERSON_REQUIRED',
  ]);
  expect(results(await decide('APPROVE', [again.items[0]?.caseId], first))).toEqual(['APPROVED']);
  expect(results(await replay([letter]))).toEqual(['REPLAYED']);
  expect(await inbox()).toBe(held + 2);

  const approvals = await auditOf('dead-letter.discard-approved', 2);
  const place = `${letter.group}/${letter.partition}/${letter.offset}`;
  expect(approvals.map(({ subject, outcome, reason }) => [subject, outcome, reason])).toEqual(
    expect.arrayContaining([
      ['person-operator', 'DENIED', 'seen with the post'],
      ['person-operator-2', 'ANSWERED', 'seen with the post'],
    ]),
  );
  expect(approvals[0]).toMatchObject({
    resourceKind: 'dead-letter',
    resourceIds: [place, `mailbox/${caseId}`],
    roles: ['operator'],
  });
  expect(await auditOf('dead-letter.reinstate-approved', 1)).toHaveLength(2);
});

test('a proposal may be rejected with a reason, or withdrawn, and the letter then replayed', async () => {
  const letters = await bury(2);
  const { items } = await propose('DISCARD', letters);
  const [one, two] = items.map(({ caseId }) => caseId);
  expect(await decide('REJECT', [one], second, 1, ' ')).toMatchObject({
    status: 400,
    type: 'urn:chappe:problem:reason-required',
  });
  expect(results(await decide('REJECT', [one]))).toEqual(['REJECTED']);
  expect(results(await decide('WITHDRAW', [two], first))).toEqual(['WITHDRAWN']);
  expect(results(await replay(letters))).toEqual(['REPLAYED', 'REPLAYED']);
  const open = await ask(`${path}/cases?state=OPEN`);
  expect(open.items).toEqual([]);
  const page = await ask(`${path}/cases?limit=1`);
  expect(page.items).toMatchObject([{ id: two, state: 'WITHDRAWN' }]);
  expect((await ask(`${path}/cases?limit=1&before=${String(page.answer.next)}`)).items).toMatchObject([
    { id: one, state: 'REJECTED' },
  ]);
});

test('of a replay and an approval at the same moment one wins, whichever, and the inbox agrees', async () => {
  const letters = await bury(6);
  const before = await inbox();
  const { items } = await propose('DISCARD', letters);
  const cases = items.map(({ caseId }) => caseId);
  const rounds = await Promise.all(
    letters.map(async (letter, index) => {
      // Some approvals come first, some while the replay is under way.
      const [replayed, decided] = await Promise.all([
        index % 2 === 0 ? replay([letter], 0) : pause(400).then(() => replay([letter], 0)),
        index % 2 === 0
          ? pause(150).then(() => decide('APPROVE', [cases[index]]))
          : decide('APPROVE', [cases[index]]),
      ]);
      return `${results(replayed)[0]} ${results(decided)[0]}`;
    }),
  );
  for (const round of rounds) expect(['REPLAYED ALREADY_REPLAYED', 'DISCARDED APPROVED']).toContain(round);
  const replayedNow = rounds.filter((round) => round.startsWith('REPLAYED')).length;
  expect(await inbox()).toBe(before + replayedNow);
  // Nothing is left to decide, also where the replay was quicker.
  expect((await ask(`${path}/cases?state=OPEN`)).items).toEqual([]);
  expect((await ask(`${path}/cases?state=OVERTAKEN`)).items).toHaveLength(replayedNow);
});

test('two approvals, or two proposals, at the same moment make one', async () => {
  const [letter] = await bury(1);
  if (letter === undefined) throw new Error('no letter');
  const proposals = await Promise.all(
    [0, 1, 0, 1].map((replica) => propose('DISCARD', [letter], first, replica)),
  );
  expect(proposals.flatMap(results).sort()).toEqual([
    'ALREADY_PROPOSED',
    'ALREADY_PROPOSED',
    'ALREADY_PROPOSED',
    'PROPOSED',
  ]);
  const ids = new Set(proposals.flatMap(({ items }) => items.map(({ caseId }) => caseId)));
  expect(ids.size).toBe(1);
  const decisions = await Promise.all(
    [0, 1, 0].map((replica) => decide('APPROVE', [...ids], second, replica)),
  );
  expect(decisions.flatMap(results)).toEqual(['APPROVED', 'APPROVED', 'APPROVED']);
  const kept = await harness.pool.query(
    'SELECT 1 FROM dead_letter_case WHERE letter_offset = $1 AND partition = $2',
    [letter.offset, letter.partition],
  );
  expect(kept.rowCount).toBe(1);
});

test('only operators who are persons decide, with a reason, and about letters that are there', async () => {
  const [letter] = await bury(1);
  if (letter === undefined) throw new Error('no letter');
  for (const as of ['demo-officer-post-CI', 'demo-auditor', 'demo-directory-admin-1']) {
    expect(await propose('DISCARD', [letter], as)).toMatchObject({ status: 403 });
    expect(await decide('APPROVE', ['1'], as)).toMatchObject({ status: 403 });
    expect(await ask(`${path}/cases`, { as })).toMatchObject({ status: 403 });
    const one = `${path}/letters/${letter.group}/${letter.partition}/${letter.offset}`;
    expect(await ask(one, { as })).toMatchObject({ status: 403 });
  }
  const body = { act: 'DISCARD', letters: [letterOf(letter)] };
  expect(await ask(`${path}/cases`, { body })).toMatchObject({
    status: 400,
    type: 'urn:chappe:problem:reason-required',
  });
  for (const wrong of [
    { ...body, act: 'ERASE', reason: 'why not' },
    { ...body, letters: [], reason: 'why not' },
    { ...body, bytes: true, reason: 'why not' },
  ]) {
    expect(await ask(`${path}/cases`, { body: wrong })).toMatchObject({ status: 400 });
  }
  const absent = [
    { ...letter, offset: '999999' },
    { ...letter, group: 'archive' },
    { ...letter, group: 'router.flash', offset: '0' },
  ];
  expect(results(await propose('DISCARD', absent))).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
  expect(results(await propose('REINSTATE', absent))).toEqual([
    'NOT_DISCARDED',
    'NOT_DISCARDED',
    'NOT_DISCARDED',
  ]);
  expect(await ask(`${path}/letters/${letter.group}/0/999999`)).toMatchObject({ status: 404 });
  expect(results(await decide('APPROVE', ['999999999']))).toEqual(['NOT_FOUND']);
});

/** Runs `chappe` as an operator does, against this service alone. */
async function chappe(as: string, ...args: readonly string[]): Promise<{ code: number; out: string }> {
  const main = fileURLToPath(new URL('../../../packages/client/src/cli/main.ts', import.meta.url));
  const env = {
    PATH: process.env.PATH,
    CHAPPE_URL: replicas[0]?.url,
    CHAPPE_TOKEN: await harness.token(as),
    LANG: 'en',
  };
  return await new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr });
    });
  });
}

test('the same at the terminal, from the list to the approval', async () => {
  const [letter] = await bury(1);
  if (letter === undefined) throw new Error('no letter');
  const name = `${letter.group}/${letter.partition}/${letter.offset}`;
  const listed = await chappe(first, 'dead-letters', 'list', '--service', 'mailbox');
  expect(listed.code).toBe(0);
  expect(listed.out).toMatch(new RegExp(`${name} +NULL_POINTER +delivery.flash.v1 .* open`));
  const proposed = await chappe(first, 'dead-letters', 'discard', name, '--reason', 'sent by mistake');
  const [, number] = /approve mailbox\/(\d+)/.exec(proposed.out) ?? [];
  expect(proposed.out).toContain(`✓ ${name} PROPOSED mailbox/${number}`);
  const own = await chappe(first, 'dead-letters', 'approve', `mailbox/${number}`);
  expect(own).toMatchObject({ code: 4, out: expect.stringContaining('SECOND_PERSON_REQUIRED') });
  const open = await chappe(second, 'dead-letters', 'cases', '--open', '--service', 'mailbox', '--json');
  expect(JSON.parse(open.out).items).toMatchObject([{ id: number, act: 'DISCARD', service: 'mailbox' }]);
  expect(await chappe(second, 'dead-letters', 'approve', `mailbox/${number}`)).toMatchObject({ code: 0 });
  const refused = await chappe(first, 'dead-letters', 'replay', name, '--reason', 'all the same');
  expect(refused).toMatchObject({ code: 3, out: expect.stringContaining('DISCARDED') });
  const shown = await chappe(first, 'dead-letters', 'show', name);
  expect(shown.out).toContain('discarded');
  expect(shown.out).toContain('APPROVED person-operator-2');
  expect((await chappe(first, 'dead-letters', 'list', '--service', 'mailbox')).out).not.toContain(name);
  expect(await chappe(first, 'dead-letters', 'replay', 'nonsense', '--reason', 'odd')).toMatchObject({
    code: 2,
  });
  expect(shown.out + listed.out).not.toContain(secret);
});
