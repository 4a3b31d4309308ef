import { handlingCodeCodes, tlpCodes } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  markingProfiles,
  type ProfiledMarkings,
  profileContradictions,
  withMarkingProfile,
} from './marking-profiles.ts';

const unmarked: ProfiledMarkings = { markingProfile: null, tlp: null, handling: [], provenance: null };
const provenance = {
  kind: 'PARTNER',
  partner: 'partner:x',
  thirdPartyRule: true,
  sourceToken: null,
} as const;
const partner: ProfiledMarkings = { ...unmarked, markingProfile: 'partner-permission-needed', provenance };
const places = (markings: ProfiledMarkings): string[] =>
  profileContradictions(markings).map(({ field, code }) => `${field} ${code}`);

describe('a marking profile', () => {
  it('sets TLP and handling codes together', () => {
    expect(withMarkingProfile(partner)).toEqual({ ...partner, tlp: 'AMBER_STRICT', handling: ['H2'] });
    expect(withMarkingProfile(unmarked)).toEqual(unmarked);
  });

  it.each<[string, ProfiledMarkings, string[]]>([
    ['without a profile nothing contradicts', { ...unmarked, tlp: 'CLEAR' }, []],
    ['what says the same may be said', { ...partner, tlp: 'AMBER_STRICT', handling: ['H2'] }, []],
    ['a name unknown', { ...unmarked, markingProfile: 'x' }, ['markingProfile unknown-profile']],
    ['a wider TLP', { ...partner, tlp: 'AMBER' }, ['tlp contradicts-profile']],
    ['a narrower TLP', { ...partner, tlp: 'RED' }, ['tlp contradicts-profile']],
    ['other codes', { ...partner, handling: ['H1', 'H2'] }, ['handling contradicts-profile']],
    ['whose it is must be said', { ...partner, provenance: null }, ['provenance profile-needs-provenance']],
    [
      'no third-party rule where the profile says that it holds',
      { ...partner, provenance: { ...provenance, thirdPartyRule: false } },
      ['provenance.thirdPartyRule contradicts-profile'],
    ],
    [
      'everything at once',
      { ...partner, markingProfile: 'public', tlp: 'RED', handling: ['H1'] },
      [
        'tlp contradicts-profile',
        'handling contradicts-profile',
        'provenance.thirdPartyRule contradicts-profile',
      ],
    ],
    ['where it comes from is open', { ...unmarked, markingProfile: 'network', provenance }, []],
  ])('%s', (_what, markings, expected) => {
    expect(places(markings)).toEqual(expected);
  });

  it('once applied contradicts nothing that did not contradict it before, and changes nothing more', () => {
    const anyMarkings: fc.Arbitrary<ProfiledMarkings> = fc.record({
      markingProfile: fc.constantFrom(null, 'unheard-of', ...markingProfiles.map(({ name }) => name)),
      tlp: fc.constantFrom(null, ...tlpCodes),
      handling: fc.uniqueArray(fc.constantFrom(...handlingCodeCodes)),
      provenance: fc.constantFrom(null, provenance, { ...provenance, thirdPartyRule: false }),
    });
    fc.assert(
      fc.property(anyMarkings, (markings) => {
        const marked = withMarkingProfile(markings);
        expect(profileContradictions(marked)).toEqual(profileContradictions(markings));
        expect(withMarkingProfile(marked)).toEqual(marked);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is one that a message may carry: its name once, its codes such as combine, and no H3, which needs words', () => {
    const names = markingProfiles.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, handling } of markingProfiles) {
      expect(name).toMatch(/^[a-z][a-z-]+$/);
      expect(handling).not.toContain('H3');
      if (handling.includes('H0')) expect(handling).toEqual(['H0']);
    }
  });
});
