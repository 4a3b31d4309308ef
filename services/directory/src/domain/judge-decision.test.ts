import { describe, expect, it } from 'vitest';
import { judgeDecision, type ProposalDecision } from './judge-decision.ts';

const open = { state: 'OPEN', proposedBy: 'a', decidedBy: null, baseRelease: 3 } as const;

function judge(
  decision: ProposalDecision,
  person: string,
  proposal: Parameters<typeof judgeDecision>[0] = open,
) {
  return judgeDecision(proposal, decision, { person, lastRelease: 3 });
}

describe('judgeDecision', () => {
  it('lets a second person approve or reject, and the proposer withdraw', () => {
    expect([judge('APPROVED', 'b'), judge('REJECTED', 'b'), judge('WITHDRAWN', 'a')]).toEqual([
      'allowed',
      'allowed',
      'allowed',
    ]);
  });

  it('never lets a proposer decide on an own proposal, whatever became of it', () => {
    for (const state of ['OPEN', 'APPROVED', 'REJECTED', 'WITHDRAWN'] as const) {
      expect(judge('APPROVED', 'a', { ...open, state })).toBe('second-person-required');
      expect(judge('REJECTED', 'a', { ...open, state })).toBe('second-person-required');
    }
    expect(judge('WITHDRAWN', 'b')).toBe('only-the-proposer');
  });

  it('takes a repetition for what it is, and nothing else after the end', () => {
    const approved = { ...open, state: 'APPROVED', decidedBy: 'b' } as const;
    expect(judge('APPROVED', 'b', approved)).toBe('repeated');
    expect(judge('APPROVED', 'c', approved)).toBe('closed');
    expect(judge('REJECTED', 'b', approved)).toBe('closed');
    expect(judge('WITHDRAWN', 'a', approved)).toBe('closed');
    expect(judge('WITHDRAWN', 'a', { ...open, state: 'WITHDRAWN', decidedBy: 'a' })).toBe('repeated');
  });

  it('approves nothing that was written on an older release, though it can be put away', () => {
    const stale = { ...open, baseRelease: 2 };
    expect(judge('APPROVED', 'b', stale)).toBe('superseded');
    expect(judge('REJECTED', 'b', stale)).toBe('allowed');
    expect(judge('WITHDRAWN', 'a', stale)).toBe('allowed');
  });
});
