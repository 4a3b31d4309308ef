import { type StepText, stepTexts } from './step-texts.ts';

/** A stable code of an explanation. */
export type StepCode = keyof typeof stepTexts;

/** Every code, for documentation and tests. */
export const stepCodes = Object.keys(stepTexts) as readonly StepCode[];

/** One rule that was applied: it lets pass, denies, or withholds a part. */
export interface Step {
  readonly code: StepCode;
  readonly effect: 'pass' | 'deny' | 'withhold';
}

/** The words for a code, in French and in English, and the source of its rule. */
export function stepText(code: StepCode): StepText {
  return stepTexts[code];
}
