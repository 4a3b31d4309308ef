import { describe, expect, it } from 'vitest';
import {
  givenCorrection,
  givenDispatch,
  givenLead,
  givenReleaseRequest,
  givenReleaseTo,
  noonMs,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';

const police = 'partner:example-police';
const provenance = { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true } as const;
const tearline = {
  text: 'Tools on board.',
  language: 'en',
  releasableTo: [police],
  form: 'WRITTEN' as const,
};
/** So that nothing but the third-party rule limits. */
const tlp = 'GREEN' as const;

describe('what corrects a partner’s information', () => {
  const lead = givenLead('post:DJ', { provenance, tearline, tlp });
  const dispatch = givenDispatch('desk:trafficking', lead, [police]);
  const told = (correction: ReturnType<typeof givenCorrection>): string[] => {
    const history = new ThreadHistory();
    for (const each of [lead, dispatch, correction]) history.route([each]);
    return rolesIn(history.decisionOn(correction));
  };

  it('is that partner’s, even where its sender does not say so: who had the tear line is told the bare fact', () => {
    expect(told(givenCorrection('post:DJ', lead, { tlp }))).toContain(`${police} NOTICE corrected`);
  });

  it('may be told to it in a tear line of its own', () => {
    const correction = givenCorrection('post:DJ', lead, { tearline, tlp });
    expect(told(correction)).toContain(`${police} ACTION`);
    const history = new ThreadHistory();
    for (const each of [lead, dispatch, correction]) history.route([each]);
    const { entries, variants } = history.decisionOn(correction);
    const entry = entries.find(({ correspondent }) => correspondent === police);
    expect(entry?.reasons.map(({ code }) => code)).toContain('tearline.only');
    const variant = variants.find(({ variantId }) => variantId === entry?.variantId);
    expect(variant?.withheld).toContain('correction');
  });

  it('stays so through a correction of the correction', () => {
    const first = givenCorrection('post:DJ', lead, { tlp });
    const second = givenCorrection('post:DJ', first, { tlp });
    const history = new ThreadHistory();
    for (const each of [lead, dispatch, first, second]) history.route([each]);
    expect(rolesIn(history.decisionOn(second))).not.toContain(`${police} ACTION`);
  });

  it('is passed on no further than the original', () => {
    const correction = givenCorrection('post:DJ', lead, { tlp });
    const onwards = givenDispatch('desk:trafficking', correction, ['post:SN']);
    const history = new ThreadHistory();
    for (const each of [lead, correction, onwards]) history.route([each]);
    expect(history.decisionOn(onwards).refusalCode).toBe('no-recipient');
    const request = givenReleaseRequest('desk:trafficking', lead, ['post:SN']);
    const again = givenDispatch('desk:trafficking', correction, ['post:SN']);
    for (const each of [request, givenReleaseTo('post:DJ', lead, request, ['post:SN']), again]) {
      history.route([each]);
    }
    expect(history.decisionOn(again).outcome).toBe('ACCEPTED');
  });

  it('goes to whom the originator released the original, while the release holds', () => {
    const request = givenReleaseRequest('desk:trafficking', lead, [police]);
    const release = givenReleaseTo('post:DJ', lead, request, [police]);
    const correction = givenCorrection('post:DJ', lead, { tlp });
    const history = new ThreadHistory();
    for (const each of [lead, request, release, dispatch, correction]) history.route([each]);
    const decision = history.decisionOn(correction);
    expect(rolesIn(decision)).toContain(`${police} ACTION`);
    const entry = decision.entries.find(({ correspondent }) => correspondent === police);
    expect(entry?.reasons.map(({ code }) => code)).toContain('third-party.released');
  });

  it('has no limit where the original had none', () => {
    const free = givenLead('post:DJ', { tlp });
    const passedOn = givenDispatch('desk:trafficking', free, [police]);
    const correction = givenCorrection('post:DJ', free, { tlp });
    const history = new ThreadHistory();
    for (const each of [free, passedOn, correction]) history.route([each], { nowMs: noonMs });
    expect(rolesIn(history.decisionOn(correction))).toContain(`${police} ACTION`);
  });
});
