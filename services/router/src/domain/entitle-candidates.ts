import type { DirectorySnapshot } from '@chappe/directory';
import { entitle, type RecipientProfile, type Step, stepCodes, type Withheld } from '@chappe/policy';
import type { DecisionDenial, Message } from '@chappe/schemas';
import { type Candidate, reason } from './choose-candidates.ts';
import type { Releases } from './released-correspondents.ts';

/** A candidate that policy lets have a message, and what it withholds. */
export interface Entitled {
  readonly candidate: Candidate;
  readonly withheld: readonly Withheld[];
}

/** What policy said of each candidate. */
export interface Entitlements {
  readonly entitled: readonly Entitled[];
  readonly denied: readonly DecisionDenial[];
}

/** Asks policy about each candidate; `released` says to whom the originator lets the message go. */
export function entitleCandidates(
  candidates: readonly Candidate[],
  message: Message,
  directory: DirectorySnapshot,
  released: Releases,
): Entitlements {
  const entitled: Entitled[] = [];
  const denied: DecisionDenial[] = [];
  for (const candidate of candidates) {
    const profile = profileOf(candidate, directory, released);
    if (profile === null) {
      denied.push(denial(candidate, 'unknown-correspondent'));
      continue;
    }
    const answer = entitle(profile, message, candidate.role);
    if (answer.entitled) {
      entitled.push({ candidate: withPolicy(candidate, answer.steps), withheld: answer.withheld });
    } else denied.push(denial(candidate, answer.code));
  }
  return { entitled, denied };
}

/** A correspondent that was considered: first why not, then why it was considered at all. */
export function denial(candidate: Candidate, code: string): DecisionDenial {
  return { correspondent: candidate.correspondent, reasons: [reason(code), ...candidate.reasons] };
}

const policyCodes: readonly string[] = stepCodes;

/**
 * Records what policy added to why somebody gets a message: that its originator released it, or that it gets the
 * tear line alone, and because of which rule. What policy said of an earlier message is not said of this one.
 */
function withPolicy(candidate: Candidate, steps: readonly Step[]): Candidate {
  const decisive = steps.filter(
    ({ code, effect }) =>
      code === 'third-party.released' ||
      code === 'variant.beyond-release' ||
      (effect === 'withhold' && !code.startsWith('variant.')),
  );
  const chosen = candidate.reasons.filter(({ code }) => !policyCodes.includes(code));
  return { ...candidate, reasons: [...chosen, ...decisive.map(({ code }) => reason(code))] };
}

function profileOf(
  { correspondent, origin }: Candidate,
  directory: DirectorySnapshot,
  released: Releases,
): RecipientProfile | null {
  const entry = directory.correspondents.get(correspondent);
  if (entry === undefined) return null;
  const { type, ceiling, suspended } = entry;
  return {
    correspondent,
    type,
    ceiling,
    suspended,
    origin,
    released: released.has(correspondent),
    releasedParts: released.get(correspondent) ?? [],
  };
}
