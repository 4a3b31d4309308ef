import type { DirectorySnapshot } from '@chappe/directory';
import type { Decision, DecisionReason } from '@chappe/schemas';
import type { Fate } from './decide-message.ts';
import { type Words, wordsFor } from './reason-words.ts';

/** One reason with its words. */
export interface ExplainedReason extends Words {
  readonly code: string;
  readonly ruleId?: string;
}

/** What would become of a message, for its sender. */
export interface Explanation {
  readonly outcome: 'ACCEPTED' | 'REFUSED' | 'HELD';
  readonly reason: ExplainedReason | null;
  readonly directoryRelease: number;
  readonly correspondents: readonly {
    readonly correspondent: string;
    readonly nameFr: string;
    readonly nameEn: string;
    readonly role: string;
    readonly withheld: readonly string[];
    readonly reasons: readonly ExplainedReason[];
  }[];
  /** Only whom the sender itself named: that a rule speaks for somebody who may not know is not its business. */
  readonly notServed: readonly {
    readonly correspondent: string;
    readonly reasons: readonly ExplainedReason[];
  }[];
}

/** Explains what would become of a message, within what its sender may know. */
export function explainFate(fate: Fate, directory: DirectorySnapshot): Explanation {
  if (fate.fate === 'HELD') {
    return {
      outcome: 'HELD',
      reason: explain({ code: 'reference-unavailable', ruleId: null }, directory),
      directoryRelease: directory.release,
      correspondents: [],
      notServed: [],
    };
  }
  const { decision } = fate.known;
  return {
    outcome: decision.outcome === 'ACCEPTED' ? 'ACCEPTED' : 'REFUSED',
    reason:
      decision.refusalCode === null ? null : explain({ code: decision.refusalCode, ruleId: null }, directory),
    directoryRelease: decision.directoryRelease,
    correspondents: servedBy(decision, directory),
    notServed: decision.denied
      .filter(({ reasons }) => reasons.some(({ code }) => code.startsWith('named-')))
      .map(({ correspondent, reasons }) => ({
        correspondent,
        reasons: reasons.map((each) => explain(each, directory)),
      })),
  };
}

function servedBy(decision: Decision, directory: DirectorySnapshot): Explanation['correspondents'] {
  if (decision.outcome !== 'ACCEPTED') return [];
  const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant]));
  return decision.entries.map(({ correspondent, role, variantId, reasons }) => {
    const entry = directory.correspondents.get(correspondent);
    return {
      correspondent,
      nameFr: entry?.nameFr ?? correspondent,
      nameEn: entry?.nameEn ?? correspondent,
      role,
      withheld: (variantId === null ? undefined : variants.get(variantId)?.withheld) ?? [],
      reasons: reasons.map((each) => explain(each, directory)),
    };
  });
}

/** A rule is explained by what its author wrote, in the language in which it was written. */
function explain(
  { code, ruleId }: Pick<DecisionReason, 'code' | 'ruleId'>,
  directory: DirectorySnapshot,
): ExplainedReason {
  const { fr, en } = wordsFor(code);
  if (ruleId === null) return { code, fr, en };
  const written = directory.rules.find((rule) => rule.ruleId === ruleId)?.reason;
  if (written === undefined) return { code, ruleId, fr, en };
  return { code, ruleId, fr: `${fr} ${written}`, en: `${en} ${written}` };
}
