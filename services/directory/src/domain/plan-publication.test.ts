import { describe, expect, it } from 'vitest';
import { planPublication } from './plan-publication.ts';

const stored = [
  { number: 1, sha256: 'a' },
  { number: 2, sha256: 'b' },
  { number: 3, sha256: 'c' },
];

describe('planPublication', () => {
  it('publishes everything into an empty topic, in order', () => {
    expect(planPublication(stored, null)).toEqual({ status: 'publish', numbers: [1, 2, 3] });
  });

  it('publishes what follows the last complete release', () => {
    expect(planPublication(stored, { number: 1, sha256: 'a' })).toEqual({
      status: 'publish',
      numbers: [2, 3],
    });
    expect(planPublication(stored, { number: 3, sha256: 'c' })).toEqual({ status: 'publish', numbers: [] });
  });

  it('publishes nothing against a topic that knows more, or something else', () => {
    expect(planPublication(stored, { number: 4, sha256: 'd' })).toMatchObject({ reason: 'topic-ahead' });
    expect(planPublication(stored, { number: 2, sha256: 'x' })).toMatchObject({ reason: 'topic-differs' });
    expect(planPublication([], { number: 1, sha256: 'a' })).toMatchObject({ reason: 'topic-ahead' });
  });
});
