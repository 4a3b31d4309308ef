import type { AudienceClause, AudiencePredicate } from './audience.ts';

/**
 * Where a store keeps what an audience is compared with: SQL expressions, written by the programmer and
 * never from a request. `isRelated` yields the condition that the correspondent, whose parameter it is given,
 * stands in one of the relations of the text[] parameter to the message: a condition and not a list, so that
 * the store can say it of a bare column, whose statistics tell its planner how many rows hold.
 * `attentionPositions` yields a text[] or null.
 */
export interface AudienceColumns {
  readonly isRelated: (correspondentParameter: string, relationsParameter: string) => string;
  readonly excluded: (correspondentParameter: string) => string;
  readonly classification: string;
  readonly crimeAreas: string;
  readonly tlp: string;
  readonly handling: string;
  readonly thirdPartyRule: string;
  readonly attentionPositions: string;
}

/**
 * An audience as a condition of a WHERE clause, with its parameters numbered from `firstParameter`.
 * Values only ever travel as parameters.
 */
export function audienceSql(
  predicate: AudiencePredicate,
  columns: AudienceColumns,
  firstParameter: number,
): { readonly text: string; readonly values: readonly unknown[] } {
  if (predicate.anyOf.length === 0) return { text: 'false', values: [] };
  const values: unknown[] = [];
  const parameter = (value: unknown, cast: string): string => {
    values.push(value);
    return `$${firstParameter + values.length - 1}::${cast}`;
  };
  const correspondent = parameter(predicate.correspondent, 'text');
  const clauses = predicate.anyOf.map((clause) => clauseSql(clause, columns, correspondent, parameter));
  return { text: `(NOT (${columns.excluded(correspondent)}) AND (${clauses.join(' OR ')}))`, values };
}

function clauseSql(
  clause: AudienceClause,
  columns: AudienceColumns,
  correspondent: string,
  parameter: (value: unknown, cast: string) => string,
): string {
  const limits = [
    `(${columns.isRelated(correspondent, parameter(clause.relations, 'text[]'))})`,
    `${columns.classification} = ANY(${parameter(clause.classifications, 'text[]')})`,
    `(${columns.attentionPositions} IS NULL OR ${parameter(clause.position, 'text')} = ANY(${columns.attentionPositions}))`,
  ];
  if (clause.crimeAreas !== null) {
    limits.push(
      `(cardinality(${columns.crimeAreas}) = 0 OR ${columns.crimeAreas} && ${parameter(clause.crimeAreas, 'text[]')})`,
    );
  }
  if (clause.tlps !== null) {
    limits.push(`COALESCE(${columns.tlp}, 'AMBER') = ANY(${parameter(clause.tlps, 'text[]')})`);
  }
  if (clause.handling !== null) {
    limits.push(`${columns.handling} <@ ${parameter(clause.handling, 'text[]')}`);
  }
  if (!clause.thirdPartyRule) limits.push(`NOT ${columns.thirdPartyRule}`);
  return `(${limits.join(' AND ')})`;
}
