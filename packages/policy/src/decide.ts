import type { Action, Obligation, Relation } from './actions.ts';
import { actionRow, type Cell, cellsOf, markingRow } from './matrix.ts';
import type { MessageResource, Resource } from './resource.ts';
import { isWithinCeiling } from './restrictiveness.ts';
import { admitsHandling, admitsTlp, readHandling, readThirdParty } from './rules/reading.ts';
import { alwaysWithheldFromRecipients } from './rules/withholding.ts';
import type { Step, StepCode } from './steps.ts';
import { blindRoles, type Subject, type SubjectGrant } from './subject.ts';

/** Why an access was denied. Callers answer 404 for content: unreadable equals absent. */
export type DenyCode = StepCode;

/** The answer to one question, with the rules that were applied. */
export type PolicyDecision =
  | {
      readonly effect: 'allow';
      readonly withheld: readonly string[];
      readonly obligations: readonly Obligation[];
      readonly steps: readonly Step[];
    }
  | { readonly effect: 'deny'; readonly code: DenyCode; readonly steps: readonly Step[] };

/** What the decision may depend on besides subject, action and resource; time comes in as data. */
export interface PolicyContext {
  readonly nowMs: number;
}

/**
 * The one place that decides. With a resource: may this subject do this to it? Without: is the action
 * open to the subject at all? Grants are alternatives: the first that permits everything is enough, and
 * a denial reports the grant that came furthest.
 */
export function decide(
  subject: Subject,
  action: Action,
  resource: Resource | null,
  _context: PolicyContext,
): PolicyDecision {
  const row = actionRow(action);
  if (row === undefined) return denied('grant.role-lacks-action');
  if (row.content && subject.grants.some((grant) => blindRoles.includes(grant.role))) {
    return denied('grant.blind-role');
  }
  if (row.personsOnly === true && subject.kind !== 'PERSON') return denied('grant.person-required');
  let furthest: readonly Step[] = [];
  for (const grant of subject.grants) {
    const steps = judgeGrant(subject, grant, action, resource);
    if (steps.every((step) => step.effect === 'pass')) {
      const hidden = withheldFrom(resource);
      return {
        effect: 'allow',
        withheld: hidden,
        obligations: row.obligations,
        steps:
          hidden.length === 0 ? steps : [...steps, { code: 'variant.always-withheld', effect: 'withhold' }],
      };
    }
    if (steps.length > furthest.length) furthest = steps;
  }
  const last = furthest.at(-1);
  return last === undefined
    ? denied('grant.role-lacks-action')
    : { effect: 'deny', code: last.code, steps: furthest };
}

function judgeGrant(
  subject: Subject,
  grant: SubjectGrant,
  action: Action,
  resource: Resource | null,
): readonly Step[] {
  const cells = cellsOf(grant.role, action);
  switch (resource?.kind) {
    case 'message':
      return judged(messageFindings(grant, cells, resource));
    case 'correspondent':
      return judged([
        ...grantFindings(cells),
        resource.correspondent === subject.correspondent
          ? pass('relation.permits')
          : deny('relation.foreign'),
      ]);
    case 'submission':
      return judged([
        isWithinCeiling(resource.classification, grant.clearance)
          ? pass('classification.within-ceiling')
          : deny('classification.above-ceiling'),
        judgeStatus(resource.status, grant),
        ...grantFindings(cells),
      ]);
    default:
      return judged(grantFindings(cells));
  }
}

function messageFindings(
  grant: SubjectGrant,
  cells: readonly Cell[],
  message: MessageResource,
): readonly Step[] {
  const { relation } = message;
  return [
    message.excluded ? deny('excluded.sender-excluded') : pass('excluded.not-excluded'),
    stepOf(readThirdParty(message, relation), 'third-party.does-not-limit'),
    isWithinCeiling(message.classification, grant.clearance)
      ? pass('classification.within-ceiling')
      : deny('classification.above-ceiling'),
    stepOf(readHandling(message, relation), 'handling.does-not-limit'),
    ...grantFindings(cells),
    mayReadAreas(grant, message.crimeAreas) ? pass('grant.permits') : deny('grant.crime-area'),
    isAttentionOf(grant, message) ? pass('grant.permits') : deny('grant.attention'),
    cells.some((cell) => admits(cell, message, relation)) ? pass('relation.permits') : deny('relation.none'),
  ];
}

function grantFindings(cells: readonly Cell[]): readonly Step[] {
  return [cells.length > 0 ? pass('grant.permits') : deny('grant.role-lacks-action')];
}

/** An exercise needs a right of its own; test messages come from Chappe's own services; UNKNOWN is nobody's. */
function judgeStatus(status: string, grant: SubjectGrant): Step {
  if (status === 'ACTUAL') return pass('grant.permits');
  if (status === 'EXERCISE') return grant.mayExercise ? pass('grant.permits') : deny('grant.exercise');
  return status === 'TEST' && grant.role === 'service' ? pass('grant.permits') : deny('grant.test');
}

/**
 * Need to know (Directive (EU) 2016/680, article 4(1)(c)): a grant limited to crime areas reads what
 * touches one of them, and what has none. An area unknown to this release is in no such grant.
 */
export function mayReadAreas(grant: Pick<SubjectGrant, 'crimeAreas'>, areas: readonly string[]): boolean {
  return (
    grant.crimeAreas.length === 0 ||
    areas.length === 0 ||
    areas.some((area) => area !== 'UNKNOWN' && grant.crimeAreas.includes(area))
  );
}

/** Exclusive attention (X.400 "personal"): only holders of the positions that the sender named. */
function isAttentionOf(grant: SubjectGrant, message: MessageResource): boolean {
  return message.attentionPositions === null || message.attentionPositions.includes(grant.position);
}

/** Whether a cell of the table is open through this relation to a message so marked. */
function admits(cell: Cell, message: MessageResource, relation: Relation): boolean {
  const row = markingRow(cell.marking);
  return (
    cell.relations.includes(relation) &&
    admitsTlp(row, message.tlp) &&
    message.handling.every((code) => admitsHandling(row, code)) &&
    (row.thirdPartyRule || !message.thirdPartyRule)
  );
}

function withheldFrom(resource: Resource | null): readonly string[] {
  if (resource?.kind !== 'message') return [];
  return resource.relation === 'SENDER' || resource.relation === 'COLLEAGUE'
    ? []
    : alwaysWithheldFromRecipients;
}

/** Steps up to and including the first that denies. */
function judged(steps: readonly Step[]): readonly Step[] {
  const end = steps.findIndex((step) => step.effect === 'deny');
  return end === -1 ? steps : steps.slice(0, end + 1);
}

function stepOf(code: StepCode, passing: StepCode): Step {
  return code === passing ? pass(code) : deny(code);
}

function pass(code: StepCode): Step {
  return { code, effect: 'pass' };
}

function deny(code: StepCode): Step {
  return { code, effect: 'deny' };
}

function denied(code: StepCode): PolicyDecision {
  return { effect: 'deny', code, steps: [deny(code)] };
}
