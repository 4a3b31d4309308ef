import type { DistributionDifference } from './rehearse-decision.ts';

/** How many decisions a correspondent would gain, lose, or get otherwise. */
export interface CorrespondentEffect {
  readonly gained: number;
  readonly lost: number;
  readonly altered: number;
}

/** For how many of the changed decisions a rule would speak anew, or no more. */
export interface RuleEffect {
  readonly gained: number;
  readonly lost: number;
}

/** The effect of some changes on past decisions: numbers alone, never which message or whose. */
export interface RehearsalSum {
  readonly rehearsed: number;
  readonly changed: number;
  readonly correspondents: ReadonlyMap<string, CorrespondentEffect>;
  readonly rules: ReadonlyMap<string, RuleEffect>;
}

/** Adds up what each decision would become; null stands for one that stays as it is. */
export function sumRehearsal(differences: readonly (DistributionDifference | null)[]): RehearsalSum {
  const correspondents = new Map<string, CorrespondentEffect>();
  const rules = new Map<string, RuleEffect>();
  const changed = differences.filter((each) => each !== null);
  for (const { gained, lost, altered, rulesGained, rulesLost } of changed) {
    for (const code of gained) addEffect(correspondents, code, { ...none, gained: 1 });
    for (const code of lost) addEffect(correspondents, code, { ...none, lost: 1 });
    for (const code of altered) addEffect(correspondents, code, { ...none, altered: 1 });
    for (const ruleId of rulesGained) addRule(rules, ruleId, { gained: 1, lost: 0 });
    for (const ruleId of rulesLost) addRule(rules, ruleId, { gained: 0, lost: 1 });
  }
  return { rehearsed: differences.length, changed: changed.length, correspondents, rules };
}

const none: CorrespondentEffect = { gained: 0, lost: 0, altered: 0 };

function addEffect(effects: Map<string, CorrespondentEffect>, code: string, more: CorrespondentEffect): void {
  const { gained, lost, altered } = effects.get(code) ?? none;
  effects.set(code, {
    gained: gained + more.gained,
    lost: lost + more.lost,
    altered: altered + more.altered,
  });
}

function addRule(effects: Map<string, RuleEffect>, ruleId: string, more: RuleEffect): void {
  const { gained, lost } = effects.get(ruleId) ?? { gained: 0, lost: 0 };
  effects.set(ruleId, { gained: gained + more.gained, lost: lost + more.lost });
}
