import { describe, expect, it } from 'vitest';
import { firstMissing, planPublication, type TopicContent } from './plan-publication.ts';

const stored = [
  { number: 1, sha256: 'a' },
  { number: 2, sha256: 'b' },
  { number: 3, sha256: 'c' },
];
const forms = new Map([
  ['rule/1', 'one'],
  ['rule/2', 'two'],
]);

function topic(content: Partial<TopicContent> = {}): TopicContent {
  return { applied: null, buffered: new Map(), unreadable: null, ...content };
}

describe('planPublication', () => {
  it('publishes everything into an empty topic, in order', () => {
    expect(firstMissing(stored, topic())).toBe(1);
    expect(planPublication(stored, topic(), forms)).toEqual({
      status: 'publish',
      numbers: [1, 2, 3],
      held: new Set(),
    });
  });

  it('publishes what follows the last complete release', () => {
    const first = topic({ applied: { number: 1, sha256: 'a' } });
    expect(firstMissing(stored, first)).toBe(2);
    expect(planPublication(stored, first, forms)).toMatchObject({ numbers: [2, 3] });
    const all = topic({ applied: { number: 3, sha256: 'c' } });
    expect(firstMissing(stored, all)).toBeUndefined();
    expect(planPublication(stored, all, new Map())).toMatchObject({ status: 'publish', numbers: [] });
  });

  it('continues a release where a crash broke off', () => {
    const begun = topic({ applied: { number: 2, sha256: 'b' }, buffered: new Map([['rule/1', 'one']]) });
    expect(planPublication(stored, begun, forms)).toEqual({
      status: 'publish',
      numbers: [3],
      held: new Set(['rule/1']),
    });
  });

  it.each<[string, Partial<TopicContent>]>([
    ['topic-ahead', { applied: { number: 4, sha256: 'd' } }],
    ['topic-differs', { applied: { number: 2, sha256: 'x' } }],
    ['topic-ahead', { applied: { number: 3, sha256: 'c' }, buffered: new Map([['rule/1', 'one']]) }],
    ['topic-differs', { buffered: new Map([['rule/1', 'another']]) }],
    ['topic-differs', { buffered: new Map([['rule/9', 'one']]) }],
    ['topic-unreadable', { unreadable: 'newer' }],
  ])('publishes nothing: %s, %j', (reason, content) => {
    expect(planPublication(stored, topic(content), forms)).toEqual({ status: 'contradiction', reason });
  });

  it('does not take a lost store for a new installation', () => {
    expect(planPublication([], topic({ applied: { number: 1, sha256: 'a' } }), new Map())).toMatchObject({
      reason: 'topic-ahead',
    });
  });
});
