import type { Action, Relation } from './actions.ts';
import { actionRow, cellsOf, markingRow } from './matrix.ts';
import type { MessageResource } from './resource.ts';
import { classificationsWithin } from './restrictiveness.ts';
import { blindRoles, type Subject } from './subject.ts';

/** One alternative of an audience: every limit must hold; null means no limit. */
export interface AudienceClause {
  readonly relations: readonly Relation[];
  readonly classifications: readonly string[];
  /** Messages that touch one of these areas, or none at all; null for all. */
  readonly crimeAreas: readonly string[] | null;
  /** Admitted TLPs; a message without one is admitted wherever AMBER is. */
  readonly tlps: readonly string[] | null;
  /** Every handling code of the message must be among these. */
  readonly handling: readonly string[] | null;
  /** Whether a partner's information is included. */
  readonly thirdPartyRule: boolean;
  /** The reader's position, compared with exclusive attention. */
  readonly position: string;
}

/**
 * What a subject may read, as a value: lists, searches, facets and counts put it into their query, so
 * that they never count what `decide` would refuse. A message is in the audience when it does not
 * exclude the correspondent and satisfies at least one clause; no clause means nothing.
 */
export interface AudiencePredicate {
  readonly correspondent: string;
  readonly anyOf: readonly AudienceClause[];
}

/** The audience of a list, search or stream, or of reading single messages. */
export function audience(subject: Subject, action: Action): AudiencePredicate {
  const row = actionRow(action);
  const blind = subject.grants.some((grant) => blindRoles.includes(grant.role));
  const itemAction = row?.items ?? action;
  const closed = row?.personsOnly === true && subject.kind !== 'PERSON';
  const readsNoMessage = row?.on !== 'message' && row?.items === undefined;
  if (row === undefined || closed || (row.content && blind) || readsNoMessage) {
    return { correspondent: subject.correspondent, anyOf: [] };
  }
  const anyOf = subject.grants
    .filter((grant) => cellsOf(grant.role, action).length > 0)
    .flatMap((grant) =>
      cellsOf(grant.role, itemAction).map((cell): AudienceClause => {
        const marking = markingRow(cell.marking);
        return {
          relations: cell.relations,
          classifications: classificationsWithin(grant.clearance),
          crimeAreas: grant.crimeAreas.length === 0 ? null : grant.crimeAreas.filter((a) => a !== 'UNKNOWN'),
          tlps: marking.tlps,
          handling: marking.handling,
          thirdPartyRule: marking.thirdPartyRule,
          position: grant.position,
        };
      }),
    )
    .filter((clause) => clause.classifications.length > 0);
  return { correspondent: subject.correspondent, anyOf };
}

/** The meaning of an audience, against which every translation into a query is tested. */
export function isInAudience(predicate: AudiencePredicate, message: MessageResource): boolean {
  return (
    !message.excluded &&
    predicate.anyOf.some(
      (clause) =>
        clause.relations.includes(message.relation) &&
        clause.classifications.includes(message.classification) &&
        (clause.crimeAreas === null ||
          message.crimeAreas.length === 0 ||
          message.crimeAreas.some((area) => clause.crimeAreas?.includes(area))) &&
        (clause.tlps === null || clause.tlps.includes(message.tlp ?? 'AMBER')) &&
        (clause.handling === null || message.handling.every((code) => clause.handling?.includes(code))) &&
        (clause.thirdPartyRule || !message.thirdPartyRule) &&
        (message.attentionPositions === null || message.attentionPositions.includes(clause.position)),
    )
  );
}
