import { afterEach, describe, expect, it } from 'vitest';
import { answer, problem, type SeenRequest } from '../../test/scripted-server.ts';
import { headId, mailbox, ownId, ScriptedSession } from './follow-ups.fixture.ts';

const session = new ScriptedSession();
afterEach(() => session.stop());

const reason = {
  code: 'rule',
  ruleId: 'rule-terrorism',
  fr: 'La règle « terrorisme » le désigne.',
  en: 'The rule “terrorism” names it.',
};
const told = (correspondent: string, verdict: string, more: object = {}) => ({
  messageId: ownId,
  correspondent,
  seenFrom: 'SENDER',
  answer: verdict,
  role: null,
  directoryRelease: 1,
  reasons: [reason],
  ...more,
});

/** A mailbox, and a router that answers of each correspondent what is given. */
function server(verdicts: Readonly<Record<string, string>>, tracking?: object) {
  const rest = mailbox();
  return (request: SeenRequest) => {
    if (request.path.endsWith('/why')) {
      const asked = request.query.get('correspondent') ?? '';
      const verdict = verdicts[asked];
      return verdict === undefined
        ? problem(404, 'not-found')
        : answer(200, told(asked, verdict, { role: 'ACTION' }));
    }
    if (request.path === '/v1/me')
      return answer(200, { kind: 'PERSON', id: 'p', actingAs: { code: 'desk:cyber' }, grants: [] });
    if (request.path.endsWith('/tracking') && tracking !== undefined) return answer(200, tracking);
    return rest(request);
  };
}

const whom = () =>
  session.requests.filter(({ path }) => path.endsWith('/why')).map(({ query }) => query.get('correspondent'));

describe('why', () => {
  it('tells, in the reader’s language, why one correspondent got it or not', async () => {
    const { code, out } = await session.type(
      ['why', 'CT-26-7Z2B9KM-H', 'desk:cyber'],
      server({ 'desk:cyber': 'NOT_SERVED' }),
    );
    expect([code, out]).toEqual([
      0,
      'desk:cyber did not get it.\n  – The rule “terrorism” names it. [rule-terrorism]\n',
    ]);
    const french = await session.type(
      ['why', ownId, 'desk:cyber', '--lang', 'fr'],
      server({ 'desk:cyber': 'SERVED' }),
    );
    expect(french.out).toMatch(
      /^desk:cyber l'a reçu, pour ACTION\.\n {2}– La règle « terrorisme » le désigne\./,
    );
  });

  it('tells a sender of every recipient that it may know of', async () => {
    const recipient = { state: 'DELIVERED', owed: [], receipts: [], deadlines: [] };
    const items = ['desk:duty', 'post:CI'].map((correspondent) => ({ ...recipient, correspondent }));
    const { code, out } = await session.type(
      ['why', ownId],
      server({ 'desk:duty': 'SERVED', 'post:CI': 'NOTICED' }, { messageId: ownId, state: 'ACCEPTED', items }),
    );
    expect(code).toBe(0);
    expect(whom()).toEqual(['desk:duty', 'post:CI']);
    expect(out).toMatch(/^desk:duty got it, for ACTION\.\n.*\npost:CI got a bare notice of it\.\n/);
  });

  it('tells a recipient of itself, and a sender of what was refused why it was', async () => {
    const received = await session.type(['why', headId], server({ 'desk:cyber': 'SPOKEN_FOR' }));
    expect(received.out).toMatch(/^Under the directory of now, desk:cyber would get it/);
    expect(whom()).toEqual(['desk:cyber']);
    const refused = await session.type(
      ['why', ownId],
      server({ 'desk:cyber': 'REFUSED' }, { messageId: ownId, state: 'REFUSED', items: [] }),
    );
    expect(refused.out).toContain('It was refused and reached nobody.');
  });

  it('gives programs the answers as they are, and tells what is not theirs to ask', async () => {
    const json = await session.type(
      ['why', ownId, 'desk:cyber', '--json'],
      server({ 'desk:cyber': 'NOT_CONCERNED' }),
    );
    expect(JSON.parse(json.out).items).toMatchObject([{ answer: 'NOT_CONCERNED', reasons: [reason] }]);
    expect(await session.type(['why', ownId, 'desk:x'], server({}))).toMatchObject({ code: 6 });
    const nobody = await session.type(
      ['why', ownId],
      server({}, { messageId: ownId, state: 'ACCEPTED', items: [] }),
    );
    expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining('reached nobody yet') });
  });
});
