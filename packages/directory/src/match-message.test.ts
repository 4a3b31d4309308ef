import type { Message } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { aCorrespondent, anExample, aRule, snapshotOf, someEntries } from './directory.fixture.ts';
import { matchMessage } from './match-message.ts';

const { correspondents } = someEntries();

/** What of a message the rules look at. */
function message(kind: Message['kind']): Message {
  const facts = {
    countriesConcerned: [],
    crimeAreas: ['COMPUTER_CRIME'],
    kind,
    urgency: 'ROUTINE',
    activity: 'OPERATIONAL',
    sender: { correspondent: 'post:DJ', unit: null, position: null },
    provenance: null,
    classification: 'RESTRICTED',
    keywords: [],
    lead: null,
    supplement: null,
  };
  return facts as Partial<Message> as Message;
}

function matched(kind: Message['kind'], opensThread: boolean, rules = [aRule()]) {
  const snapshot = snapshotOf(someEntries({ rules }));
  return matchMessage(snapshot, message(kind), { opensThread, nowMs: 1_000 }).map(({ ruleId }) => ruleId);
}

describe('the rules that speak for a message', () => {
  it('are all for what opens a thread, the duty desk when there is none', () => {
    expect(matched('LEAD', true)).toEqual(['rule-1']);
    expect(matched('LEAD', true, [])).toEqual(['duty-desk']);
  });

  it('are, for what follows, those alone that ask for its kind by name', () => {
    const naming = aRule({
      ruleId: 'rule-2',
      match: { crimeAreas: ['COMPUTER_CRIME'], kinds: ['SUPPLEMENT'] },
      examples: [anExample({ crimeAreas: ['COMPUTER_CRIME'], kind: 'SUPPLEMENT' })],
    });
    expect(matched('SUPPLEMENT', false, [aRule(), naming])).toEqual(['rule-2']);
    expect(matched('REPLY', false, [aRule(), naming])).toEqual([]);
  });

  it('are none for a service message that opens a thread, unless they ask for its kind by name', () => {
    const naming = aRule({
      ruleId: 'rule-2',
      match: { crimeAreas: ['COMPUTER_CRIME'], kinds: ['SERVICE'] },
      examples: [anExample({ crimeAreas: ['COMPUTER_CRIME'], kind: 'SERVICE' })],
    });
    expect(matched('SERVICE', true, [aRule(), naming])).toEqual(['rule-2']);
    expect(matched('SERVICE', true, [])).toEqual([]);
  });

  it('go on naming a post that is suspended: who stands in for it is found by its coverage', () => {
    const suspended = aCorrespondent({ code: 'post:LB', shortCode: 'LB', suspended: true });
    const snapshot = snapshotOf(
      someEntries({
        correspondents: [...correspondents, suspended],
        rules: [aRule({ action: ['post:LB'] })],
      }),
    );
    expect(matchMessage(snapshot, message('LEAD'), { opensThread: true, nowMs: 1_000 })).toEqual([
      { ruleId: 'rule-1', action: ['post:LB'], information: [], fallback: false, undecided: false },
    ]);
  });
});
