import { type Role, roles } from '@chappe/policy';
import type { Activity, CorrespondentType, Kind, ReleaseRule, Urgency } from '@chappe/schemas';
import { isInForce } from './match-rules.ts';
import { unknown } from './rule-index.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/** What of a message decides whose release it needs. */
export interface ReleaseQuestion {
  readonly kind: Kind;
  readonly urgency: Urgency;
  readonly activity: Activity;
  /** The correspondents that it names. */
  readonly destinations: readonly string[];
  readonly atMs: number;
}

/** Whose release a message needs, and by which rules. */
export interface RequiredRelease {
  /** Who holds one of these releases it. Empty when the rules leave nobody: it cannot leave. */
  readonly roles: readonly Role[];
  readonly rules: readonly { readonly releaseRuleId: string; readonly reason: string }[];
  /** The destinations that make it necessary; none when it is necessary whatever the destination. */
  readonly destinations: readonly string[];
}

/**
 * Whose release a message needs; null when it leaves on its writer's own authority. Rules add up: who
 * releases must be named by each that applies. A restriction that cannot be evaluated applies: a symbol that
 * this release does not know, or a destination that the directory does not have.
 */
export function requiredRelease(
  snapshot: Pick<DirectorySnapshot, 'releaseRules' | 'correspondents'>,
  question: ReleaseQuestion,
): RequiredRelease | null {
  const applying = snapshot.releaseRules.flatMap((rule) => {
    const destinations = destinationsOf(rule, question.destinations, snapshot.correspondents);
    return destinations !== null && applies(rule, question) ? [{ rule, destinations }] : [];
  });
  if (applying.length === 0) return null;
  return {
    roles: roles.filter((role) => applying.every(({ rule }) => rule.roles.includes(role))),
    rules: applying.map(({ rule }) => ({ releaseRuleId: rule.releaseRuleId, reason: rule.reason })),
    destinations: [...new Set(applying.flatMap(({ destinations }) => destinations))].sort(),
  };
}

function applies(rule: ReleaseRule, question: ReleaseQuestion): boolean {
  return (
    isInForce(rule, question.atMs) &&
    asks(rule.kinds, question.kind) &&
    asks(rule.urgencies, question.urgency) &&
    asks(rule.activities, question.activity)
  );
}

/** An empty set asks nothing; a symbol unknown on either side may be the one asked for. */
function asks(values: readonly string[], found: string): boolean {
  return values.length === 0 || values.includes(found) || values.includes(unknown) || found === unknown;
}

/** Which destinations a rule speaks of: none when it asks for no destination, null when none is concerned. */
function destinationsOf(
  { destinationTypes, destinations }: ReleaseRule,
  named: readonly string[],
  correspondents: ReadonlyMap<string, { readonly type: CorrespondentType }>,
): readonly string[] | null {
  if (destinationTypes.length === 0 && destinations.length === 0) return [];
  const concerned = named.filter((code) => {
    if (destinations.includes(code)) return true;
    const type = correspondents.get(code)?.type ?? 'UNKNOWN';
    return destinationTypes.length > 0 && asks(destinationTypes, type);
  });
  return concerned.length === 0 ? null : concerned;
}
