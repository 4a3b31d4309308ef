import type { Decision } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import {
  givenContext,
  givenLead,
  givenReroute,
  givenSuspended,
  noonMs,
  type RequestChange,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';

const toAbidjan: RequestChange = {
  countriesConcerned: ['CI'],
  recipients: { action: [{ correspondent: 'post:CI' }] },
};
const suspended = givenContext({ directory: givenSuspended('post:CI') });

/** A lead that reached the post in Abidjan, which was suspended afterwards. */
function given(change: RequestChange = {}) {
  const lead = givenLead('post:DJ', { ...toAbidjan, ...change });
  const history = new ThreadHistory();
  history.route([lead]);
  return { lead, history };
}

const refusalOf = ({ outcome, refusalCode }: Decision) => (outcome === 'REFUSED' ? refusalCode : outcome);

describe('an order to reroute is refused', () => {
  const { lead } = given();

  it.each<[string, Partial<ReturnType<typeof givenLead>>]>([
    ['a person of the mailbox’s correspondent', { actor: 'person-operator' }],
    ['a system that plays no such role there', { actor: 'system-desk-cyber' }],
    ['nobody the directory knows', { actor: 'system-unheard-of' }],
    [
      'an officer of a post',
      { actor: 'person-officer-post-DJ', sender: { correspondent: 'post:DJ', unit: null, position: null } },
    ],
    [
      'the system of a desk',
      { actor: 'system-desk-duty', sender: { correspondent: 'desk:duty', unit: null, position: null } },
    ],
    [
      'the mailbox’s system for another correspondent',
      { sender: { correspondent: 'desk:duty', unit: null, position: null } },
    ],
  ])('when ordered by %s: at once, whether or not the message exists', (_who, forged) => {
    const { lead: known, history } = given();
    for (const about of [known, lead]) {
      const order = { ...givenReroute('post:CI', about), ...forged };
      history.route([order], suspended);
      expect(refusalOf(history.decisionOn(order))).toBe('reroute-by-service');
      expect(rolesIn(history.decisionOn(order))).toEqual([
        `${order.sender.correspondent} NOTICE reroute-by-service`,
      ]);
    }
  });

  it('when the mailbox’s own system is suspended', () => {
    const { lead: known, history } = given();
    const directory = givenSuspended('post:CI');
    const system = directory.systems.get('system-mailbox');
    if (system === undefined) throw new Error('the demonstration has it');
    const systems = new Map([...directory.systems, ['system-mailbox', { ...system, suspended: true }]]);
    const order = givenReroute('post:CI', known);
    history.route([order], givenContext({ directory: { ...directory, systems } }));
    expect(refusalOf(history.decisionOn(order))).toBe('reroute-by-service');
  });

  it('for a correspondent that is not suspended, or not any more', () => {
    const { lead: known, history } = given();
    const order = givenReroute('post:CI', known);
    history.route([order]);
    expect(refusalOf(history.decisionOn(order))).toBe('not-suspended');
  });

  it.each<[string, string]>([
    ['holds it for information', 'desk:cyber'],
    ['does not hold it', 'post:SN'],
    ['sent it', 'post:DJ'],
  ])('for whoever %s', (_what, code) => {
    const { lead: known, history } = given({
      recipients: { action: [{ correspondent: 'post:CI' }], information: [{ correspondent: 'desk:cyber' }] },
    });
    const order = givenReroute(code, known);
    history.route([order], givenContext({ directory: givenSuspended(code) }));
    expect(refusalOf(history.decisionOn(order))).toBe('nothing-to-reroute');
  });

  it('once the message has expired, or is erased', () => {
    const late = given({ expiresAt: new Date(noonMs - 1).toISOString() });
    const order = givenReroute('post:CI', late.lead);
    late.history.route([order], suspended);
    expect(refusalOf(late.history.decisionOn(order))).toBe('nothing-to-reroute');

    const { lead: known, history } = given();
    history.decisions.splice(
      0,
      1,
      ...history.decisions.slice(0, 1).map((each) => ({ ...each, original: () => null })),
    );
    const second = givenReroute('post:CI', known);
    history.route([second], suspended);
    expect(refusalOf(history.decisionOn(second))).toBe('nothing-to-reroute');
  });

  it('waits and is refused in the end where status or thread is another', () => {
    const { lead: known, history } = given();
    const exercise = givenReroute('post:CI', known, { status: 'EXERCISE', exerciseId: 'EX-1' });
    const elsewhere = givenReroute('post:CI', known, { threadId: lead.threadId });
    expect(history.route([exercise, elsewhere], suspended).fates.map(({ fate }) => fate)).toEqual([
      'HELD',
      'HELD',
    ]);
    history.sweep(noonMs + 60_000);
    expect(refusalOf(history.decisionOn(exercise))).toBe('reference-unavailable');
    expect(refusalOf(history.decisionOn(elsewhere))).toBe('reference-unavailable');
  });
});
