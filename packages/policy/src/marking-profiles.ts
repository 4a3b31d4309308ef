import type { HandlingCode, Provenance, Tlp } from '@chappe/schemas';

/**
 * Markings under one name, for those who would rather choose a sentence than three codes. `thirdPartyRule`
 * true: the information is a partner's and goes no further without its release; null: the profile says
 * nothing of where it comes from.
 */
export interface MarkingProfile {
  readonly name: string;
  readonly fr: string;
  readonly en: string;
  readonly tlp: Tlp;
  readonly handling: readonly HandlingCode[];
  readonly thirdPartyRule: boolean | null;
}

/** The profiles of this release. A name keeps its meaning for ever; a new meaning gets a new name. */
export const markingProfiles: readonly MarkingProfile[] = [
  {
    name: 'partner-permission-needed',
    fr: 'Partenaire, accord nécessaire',
    en: 'Partner, permission needed',
    tlp: 'AMBER_STRICT',
    handling: ['H2'],
    thirdPartyRule: true,
  },
  {
    name: 'partner-permission-needed-no-evidence',
    fr: 'Partenaire, accord nécessaire, pas en justice',
    en: 'Partner, permission needed, not in court',
    tlp: 'AMBER_STRICT',
    handling: ['H1', 'H2'],
    thirdPartyRule: true,
  },
  {
    name: 'named-recipients',
    fr: 'Destinataires nommés seulement',
    en: 'Named recipients only',
    tlp: 'RED',
    handling: ['H2'],
    thirdPartyRule: null,
  },
  {
    name: 'network',
    fr: 'Réseau seulement',
    en: 'The network only',
    tlp: 'AMBER_STRICT',
    handling: ['H0'],
    thirdPartyRule: null,
  },
  {
    name: 'network-no-evidence',
    fr: 'Réseau seulement, pas en justice',
    en: 'The network only, not in court',
    tlp: 'AMBER_STRICT',
    handling: ['H1'],
    thirdPartyRule: null,
  },
  {
    name: 'services',
    fr: 'Réseau et services nationaux',
    en: 'The network and national services',
    tlp: 'AMBER',
    handling: ['H0'],
    thirdPartyRule: null,
  },
  {
    name: 'community',
    fr: 'Communauté des services répressifs',
    en: 'The law enforcement community',
    tlp: 'GREEN',
    handling: ['H0'],
    thirdPartyRule: false,
  },
  {
    name: 'public',
    fr: 'Communicable au public',
    en: 'May be made public',
    tlp: 'CLEAR',
    handling: ['H0'],
    thirdPartyRule: false,
  },
];

/** The markings that a profile sets together, and its name, as a message carries them. */
export interface ProfiledMarkings {
  readonly markingProfile: string | null;
  readonly tlp: Tlp | null;
  readonly handling: readonly HandlingCode[];
  readonly provenance: Provenance | null;
}

/** What speaks against a profile, and the field that does. */
export interface ProfileContradiction {
  readonly field: 'markingProfile' | 'tlp' | 'handling' | 'provenance' | 'provenance.thirdPartyRule';
  readonly code: 'unknown-profile' | 'contradicts-profile' | 'profile-needs-provenance';
}

/**
 * Where a message contradicts its profile: each explicit marking has to say what the profile says, since
 * nobody could know which of the two was meant. No profile contradicts nothing.
 */
export function profileContradictions(markings: ProfiledMarkings): readonly ProfileContradiction[] {
  const { markingProfile, tlp, handling, provenance } = markings;
  if (markingProfile === null) return [];
  const profile = profileNamed(markingProfile);
  if (profile === undefined) return [{ field: 'markingProfile', code: 'unknown-profile' }];
  const found: ProfileContradiction[] = [];
  if (tlp !== null && tlp !== profile.tlp) found.push({ field: 'tlp', code: 'contradicts-profile' });
  if (handling.length > 0 && !isSameSet(handling, profile.handling)) {
    found.push({ field: 'handling', code: 'contradicts-profile' });
  }
  if (profile.thirdPartyRule === true && provenance === null) {
    found.push({ field: 'provenance', code: 'profile-needs-provenance' });
  }
  if (
    provenance !== null &&
    profile.thirdPartyRule !== null &&
    provenance.thirdPartyRule !== profile.thirdPartyRule
  ) {
    found.push({ field: 'provenance.thirdPartyRule', code: 'contradicts-profile' });
  }
  return found;
}

/**
 * The same with the markings that its profile sets and that it does not state itself. Without a profile, or
 * with one that this release does not know, nothing changes.
 */
export function withMarkingProfile<Markings extends ProfiledMarkings>(markings: Markings): Markings {
  const profile = markings.markingProfile === null ? undefined : profileNamed(markings.markingProfile);
  if (profile === undefined) return markings;
  return {
    ...markings,
    tlp: markings.tlp ?? profile.tlp,
    handling: markings.handling.length > 0 ? markings.handling : [...profile.handling],
  };
}

function profileNamed(name: string): MarkingProfile | undefined {
  return markingProfiles.find((profile) => profile.name === name);
}

function isSameSet(given: readonly string[], set: readonly string[]): boolean {
  return given.length === set.length && given.every((each) => set.includes(each));
}
