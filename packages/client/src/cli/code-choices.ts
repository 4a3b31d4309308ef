import { Option } from 'commander';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/**
 * The codes that commands offer, as people type them. They stand here, and not as they come out of the schemas,
 * so that a flash starts without loading those; a test compares the two.
 */
export const codeChoices = {
  urgency: ['routine', 'urgent', 'flash'],
  classification: ['not-protected', 'restricted', 'secret'],
  replyOutcome: ['full', 'partial', 'negative', 'refused', 'extension'],
  refusalGround: [
    'not-available',
    'authorisation-refused',
    'national-security',
    'ongoing-investigation',
    'person-at-risk',
    'disproportionate',
    'minor-offence',
    'third-party-rule',
  ],
  accessibility: ['direct', 'indirect'],
  disclosureForm: ['oral', 'written'],
  legalBasis: [
    'national-law',
    'bilateral-agreement',
    'directive-eu-2023-977',
    'europol-regulation',
    'interpol-rules',
    'un-convention',
    'vital-interests',
    'mutual-legal-assistance',
  ],
  closureOutcome: ['exploited', 'forwarded', 'no-action', 'duplicate', 'unfounded'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** An option whose value is one of a list of codes. */
export function codeOption(
  terminal: Terminal,
  flags: string,
  list: keyof typeof codeChoices,
  description: Text,
): Option {
  return new Option(flags, terminal.say(description)).choices([...codeChoices[list]]);
}
