import { describe, expect, it } from 'vitest';
import { reason } from './choose-candidates.ts';
import type { Distributed } from './compose-decision.ts';
import type { Entitled } from './entitle-candidates.ts';
import { compareDistributions } from './rehearse-decision.ts';
import { sumRehearsal } from './sum-rehearsal.ts';

function entitled(correspondent: string, overrides: Partial<Entitled['candidate']> = {}): Entitled {
  return {
    candidate: {
      correspondent,
      role: 'ACTION',
      origin: 'RULE',
      reasons: [reason('rule', `rule-of-${correspondent}`)],
      ...overrides,
    },
    withheld: [],
  };
}

function distributed(
  own: readonly Entitled[],
  overrides: Partial<Extract<Distributed, { distributed: true }>['distribution']> = {},
): Distributed {
  return {
    distributed: true,
    distribution: { entitled: own, notices: [], denied: [], passedOn: null, ...overrides },
  };
}

const cyber = entitled('desk:cyber');
const duty = entitled('desk:duty');
const nobody: Distributed = { distributed: false, code: 'no-recipient', places: [], denied: [] };

describe('compareDistributions', () => {
  it('finds nothing between equal answers, in whatever order and for whatever reason', () => {
    const otherRule = entitled('desk:cyber', {
      reasons: [reason('rule', 'another')],
    });
    expect(compareDistributions(distributed([cyber, duty]), distributed([duty, cyber]))).toBeNull();
    expect(compareDistributions(distributed([cyber]), distributed([otherRule]))).toBeNull();
    expect(compareDistributions(nobody, nobody)).toBeNull();
  });

  it('says who would gain and lose it, and by which rule', () => {
    expect(compareDistributions(distributed([cyber]), distributed([duty]))).toEqual({
      gained: ['desk:duty'],
      lost: ['desk:cyber'],
      altered: [],
      rulesGained: ['rule-of-desk:duty'],
      rulesLost: ['rule-of-desk:cyber'],
    });
    expect(compareDistributions(nobody, distributed([duty]))).toMatchObject({
      gained: ['desk:duty'],
      lost: [],
    });
  });

  it('says who would get it otherwise: another part, another form, or only a notice', () => {
    const informed = entitled('desk:cyber', { role: 'INFORMATION' });
    expect(compareDistributions(distributed([cyber]), distributed([informed]))?.altered).toEqual([
      'desk:cyber',
    ]);
    const notice = { correspondent: 'desk:cyber', code: 'corrected', reasons: [], about: null } as const;
    expect(
      compareDistributions(distributed([cyber]), distributed([], { notices: [notice] }))?.altered,
    ).toEqual(['desk:cyber']);
  });
});

describe('sumRehearsal', () => {
  it('counts decisions, and the effect on each correspondent and rule', () => {
    const change = compareDistributions(distributed([cyber]), distributed([duty]));
    const sum = sumRehearsal([change, null, change]);
    expect([sum.rehearsed, sum.changed]).toEqual([3, 2]);
    expect([...sum.correspondents]).toEqual([
      ['desk:duty', { gained: 2, lost: 0, altered: 0 }],
      ['desk:cyber', { gained: 0, lost: 2, altered: 0 }],
    ]);
    expect(sum.rules.get('rule-of-desk:duty')).toEqual({ gained: 2, lost: 0 });
  });
});
