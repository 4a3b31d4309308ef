import { describe, expect, it } from 'vitest';
import { givenContext, givenDirectory, givenLead, givenReply } from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { explainFate } from './explain-decision.ts';
import { routerReasonCodes, wordsFor } from './reason-words.ts';

function explained(message: ReturnType<typeof givenLead>) {
  const [fate] = new ThreadHistory().route([message], givenContext()).fates;
  if (fate === undefined) throw new Error('no fate');
  return explainFate(fate, givenDirectory());
}

describe('an explanation', () => {
  it('says who would get the message, in which form, and why, in both languages', () => {
    const { outcome, correspondents, reason } = explained(givenLead('post:DJ'));

    expect(outcome).toBe('ACCEPTED');
    expect(reason).toBeNull();
    expect(correspondents[0]).toMatchObject({
      correspondent: 'desk:trafficking',
      role: 'ACTION',
      reasons: [{ code: 'rule', ruleId: 'trafficking-to-trafficking' }],
    });
    expect(correspondents[0]?.reasons[0]?.fr).toContain('Désigné par une règle de diffusion.');
    expect(correspondents[0]?.reasons[0]?.en).toContain('Named by a routing rule.');
    const excluded = correspondents[0]?.withheld.find(({ path }) => path === 'recipients.excluded');
    expect(excluded).toMatchObject({
      code: 'variant.exclusions',
      fr: expect.stringContaining('à l’écart'),
      en: expect.stringContaining('keeps out'),
      source: { en: 'Rule of the network' },
    });
  });

  it('says of the correspondents that the sender named why they would get nothing', () => {
    const { notServed } = explained(
      givenLead('post:DJ', {
        classification: 'SECRET',
        recipients: { action: [{ correspondent: 'post:CI' }] },
      }),
    );
    expect(notServed.map(({ correspondent, reasons }) => [correspondent, reasons[0]?.code])).toEqual([
      ['post:CI', 'classification.above-ceiling'],
    ]);
  });

  it('does not say of whom a rule speaks that may not know', () => {
    const { correspondents, notServed } = explained(
      givenLead('post:DJ', { tlp: 'RED', recipients: { action: [{ correspondent: 'post:CI' }] } }),
    );
    expect(correspondents.map(({ correspondent }) => correspondent)).toEqual(['post:CI', 'post:DJ']);
    expect(notServed).toEqual([]);
  });

  it('says of an unusable reference that the message would wait, whatever is amiss', () => {
    const { outcome, reason, correspondents } = explained(givenReply('post:CI', givenLead('post:DJ')));
    expect([outcome, reason?.code, correspondents]).toEqual(['HELD', 'reference-unavailable', []]);
  });
});

describe('the words for a code', () => {
  it('exist in both languages for every code of the router and of the policy', () => {
    for (const code of [...routerReasonCodes, 'excluded.sender-excluded']) {
      const { fr, en } = wordsFor(code);
      expect(fr.length).toBeGreaterThan(10);
      expect(en.length).toBeGreaterThan(10);
      expect(fr).not.toBe(en);
    }
  });
});
