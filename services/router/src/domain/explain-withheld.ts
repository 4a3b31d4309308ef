import type { DirectorySnapshot } from '@chappe/directory';
import {
  entitle,
  isCovered,
  type RecipientOrigin,
  type RecipientProfile,
  type StepCode,
  type StepText,
  stepCodes,
  stepText,
  type Withheld,
} from '@chappe/policy';
import type { DecisionEntry, DecisionVariant, Message } from '@chappe/schemas';

/** A part that a recipient does not get, with the rule that withholds it, in words and with its source. */
export interface ExplainedWithholding extends StepText {
  readonly path: string;
  readonly code: string;
}

/**
 * Why a recipient does not get some parts of a message. A decision records the paths alone, so the policy is
 * asked again what it withholds from this recipient, with and without a release by the originator, which the
 * decision does not name; the answer that gives the recorded paths is the one that was given. What no answer
 * gives was withheld under rules of an earlier time.
 */
export function explainWithheld(
  entry: DecisionEntry,
  variant: DecisionVariant,
  message: Message | null,
  directory: DirectorySnapshot,
): readonly ExplainedWithholding[] {
  const answers = message === null ? [] : answersFor(entry, message, directory);
  const given = answers.find((answer) => hasPaths(answer, variant.withheld)) ?? answers.flat();
  const recorded = ruleLeavingTearline(entry.reasons.map(({ code }) => code));
  return variant.withheld.map((path) => {
    const because =
      given.find((each) => each.path === path) ?? given.find((each) => isCovered(path, [each.path]));
    const code = because?.code ?? recorded ?? 'variant.earlier-policy';
    return { path, code, ...stepText(code) };
  });
}

function answersFor(
  { correspondent, role, reasons }: DecisionEntry,
  message: Message,
  directory: DirectorySnapshot,
): readonly (readonly Withheld[])[] {
  const known = directory.correspondents.get(correspondent);
  if (known === undefined || (role !== 'ACTION' && role !== 'INFORMATION')) return [];
  const { type, ceiling } = known;
  const origin = originOf(reasons.map(({ code }) => code));
  const profile = { correspondent, type, ceiling, suspended: false, origin };
  const assumed: readonly RecipientProfile[] = [
    { ...profile, released: false },
    { ...profile, released: true },
    { ...profile, released: true, releasedParts: ['none'] },
  ];
  return assumed.flatMap((each) => {
    const answer = entitle(each, message, role);
    return answer.entitled ? [answer.withheld] : [];
  });
}

/** As candidates are chosen: named weighs more than dispatched, which weighs more than found by a rule. */
function originOf(codes: readonly string[]): RecipientOrigin {
  if (codes.some((code) => code.startsWith('named-') || code === 'author-of-original')) return 'NAMED';
  return codes.includes('dispatched') ? 'DISPATCH' : 'RULE';
}

/** The rule that a decision names for leaving nothing but the tear line, which may be an earlier message's. */
function ruleLeavingTearline(codes: readonly string[]): StepCode | undefined {
  if (!codes.includes('tearline.only')) return undefined;
  return stepCodes.find((code) => codes.includes(code) && /^(third-party|handling)\./.test(code));
}

function hasPaths(answer: readonly Withheld[], paths: readonly string[]): boolean {
  return answer.length === paths.length && answer.every(({ path }) => paths.includes(path));
}
