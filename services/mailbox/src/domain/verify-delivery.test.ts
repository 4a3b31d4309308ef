import { entitle, renderVariant } from '@chappe/policy';
import type { Correspondent, Message } from '@chappe/schemas';
import { describe, expect, test } from 'vitest';
import { delivery, original } from './delivery.fixture.ts';
import { verifyDelivery } from './verify-delivery.ts';

const post: Correspondent = {
  code: 'post:CI',
  type: 'POST',
  shortCode: 'CI',
  nameFr: 'Poste inventé',
  nameEn: 'Invented post',
  country: 'CI',
  city: null,
  ceiling: 'RESTRICTED',
  themes: [],
  dutyDesk: false,
  suspended: false,
};
const good = delivery({ number: 1, to: 'post:CI' });
const code = (...parameters: Parameters<typeof verifyDelivery>) => {
  const verdict = verifyDelivery(...parameters);
  return verdict.status === 'admissible' ? 'admissible' : `${verdict.status} ${verdict.code}`;
};

describe('a delivery is verified again', () => {
  test('one that its recipient may hold passes, for action and for information', () => {
    expect(code(good, post)).toBe('admissible');
    expect(code(delivery({ number: 1, to: 'post:CI', role: 'INFORMATION' }), post)).toBe('admissible');
  });

  test.each([
    ['a correspondent unknown to that release', good, undefined],
    ['a suspended correspondent', good, { ...post, suspended: true }],
    [
      'a classification above the ceiling',
      delivery({ number: 1, to: 'post:CI', classification: 'SECRET' }),
      post,
    ],
    ['a ceiling that this release does not know', good, { ...post, ceiling: 'UNKNOWN' as const }],
    ['who was excluded', { ...good, message: original({ number: 1, excluded: ['post:CI'] }) }, post],
  ])('refuses %s', (_case, each, recipient) => {
    expect(code(each, recipient)).toBe('refused NOT_ENTITLED');
  });

  test('refuses a variant that still carries what is withheld from its recipient', () => {
    expect(code({ ...good, message: original({ number: 1 }) }, post)).toBe('refused VARIANT_TOO_WIDE');
    expect(code({ ...good, role: 'INFORMATION' }, post)).toBe('refused VARIANT_TOO_WIDE');
    expect(code(good, { ...post, type: 'PARTNER' })).toBe('refused VARIANT_TOO_WIDE');
  });

  test('the tear line alone passes where its recipient may have no more, and nothing beside it does', () => {
    const outside: Correspondent = { ...post, code: 'partner:x', type: 'PARTNER' };
    const message: Message = {
      ...original({ number: 1 }),
      provenance: { kind: 'PARTNER', partner: 'partner:y', thirdPartyRule: true, sourceToken: 'token' },
      tearline: { text: 'Tools.', language: 'en', releasableTo: ['partner:x'], form: 'WRITTEN' },
    };
    const profile = { correspondent: 'partner:x', type: 'PARTNER', ceiling: 'RESTRICTED', suspended: false };
    const entitlement = entitle({ ...profile, origin: 'DISPATCH', released: false }, message, 'ACTION');
    if (!entitlement.entitled) throw new Error('the tear line is for it');
    const variant = renderVariant(
      message,
      entitlement.withheld.map(({ path }) => path),
    );
    expect(JSON.stringify(variant)).not.toMatch(/Invented lead|token|partner:[xy]|TERRORISM/);
    const given = { ...good, correspondent: 'partner:x' };
    expect(code({ ...given, message: variant }, outside)).toBe('admissible');
    const wider = renderVariant(message, ['submissionId', 'actor', 'lead']);
    expect(code({ ...given, message: wider }, outside)).toBe('refused VARIANT_TOO_WIDE');
  });

  test('refuses what cannot be: no variant, another message, a sender copy for somebody else, a notice with content', () => {
    expect(code({ ...good, message: null }, post)).toBe('refused NO_VARIANT');
    expect(code({ ...good, message: original({ number: 2 }) }, post)).toBe('refused FOREIGN_VARIANT');
    expect(code(delivery({ number: 1, to: 'post:CI', role: 'SENDER' }), post)).toBe('refused NOT_THE_SENDER');
    expect(code({ ...good, role: 'NOTICE' }, post)).toBe('refused MALFORMED_NOTICE');
  });

  test('the sender has its own copy, and anybody may be told a code', () => {
    expect(code(delivery({ number: 1, to: 'post:DJ', role: 'SENDER' }), undefined)).toBe('admissible');
    expect(code(delivery({ number: 1, to: 'post:CI', role: 'NOTICE' }), post)).toBe('admissible');
  });

  test('waits for a newer release on a symbol that this one does not know', () => {
    expect(code({ ...good, role: 'UNKNOWN' }, post)).toBe('newer UNKNOWN_SYMBOL');
    expect(code({ ...good, kind: 'UNKNOWN' }, post)).toBe('newer UNKNOWN_SYMBOL');
  });
});
