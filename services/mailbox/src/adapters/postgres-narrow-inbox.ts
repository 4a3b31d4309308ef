import { facetsWanted, type InboxFilter } from '../domain/inbox-filter.ts';

/** A filter as SQL over `inbox_item AS x`, with only what it asks for. */
export interface Narrowing {
  readonly joins: string;
  /** Conditions, each behind an AND. */
  readonly conditions: string;
  readonly values: readonly unknown[];
}

/**
 * What stands in the text lets the planner take the index made for it, where a parameter that may be null would have
 * it read the whole inbox. Facets are joined in the order of numbers, so that a page is the merge of a few ordered
 * ranges; `bound` is what the page says of `x.number`, said of each range as well, since the planner carries only
 * equalities over.
 */
export function narrow(
  filter: InboxFilter,
  options: { correspondentParameter: number; firstParameter: number; bound(column: string): string },
): Narrowing {
  const { correspondentParameter, firstParameter, bound } = options;
  const values: unknown[] = [];
  const parameter = (value: unknown): string => {
    values.push(value);
    return `$${firstParameter + values.length - 1}`;
  };
  // What nobody has taken is so rare that its own index says it best; statistics do not know that it is.
  const untaken = filter.assignee === 'nobody' && filter.role === 'ACTION';
  const { role, ...others } = filter;
  const facets = facetsWanted(untaken ? others : filter);
  const joins = facets.map((value, index) => {
    const f = `f${index}`;
    return `JOIN inbox_facet AS ${f} ON ${f}.correspondent = $${correspondentParameter}
      AND ${f}.facet = ${parameter(value)} AND ${f}.number = x.number AND ${bound(`${f}.number`)}`;
  });
  if (filter.reference !== undefined) {
    joins.push(`JOIN message_reference AS m ON m.correspondent = $${correspondentParameter} AND m.side = 'RECEIVED'
      AND m.reference = ${parameter(filter.reference)} AND m.number = x.number AND ${bound('m.number')}`);
  }
  const conditions = stateConditions(filter, `$${correspondentParameter}`, parameter);
  return {
    joins: joins.join(' '),
    conditions: conditions.map((each) => `AND ${each}`).join(' '),
    values,
  };
}

function stateConditions(
  filter: InboxFilter,
  correspondent: string,
  parameter: (value: unknown) => string,
): string[] {
  const { lane, threadId, role, unread, assignee, position, dueBeforeMs } = filter;
  const conditions: string[] = [];
  if (lane !== undefined) conditions.push(`x.lane = ${parameter(lane)}`);
  if (threadId !== undefined) conditions.push(`x.thread_id = ${parameter(threadId)}`);
  if (unread !== undefined) conditions.push(`x.receipt_stage ${unread ? '=' : '<>'} 'DELIVERED'`);
  if (assignee === 'nobody') conditions.push('x.assignee IS NULL');
  else if (assignee !== undefined) conditions.push(`x.assignee = ${parameter(assignee)}`);
  // Said once more where an index covers only these.
  if (role === 'ACTION') conditions.push(`x.role = 'ACTION'`);
  if (position !== undefined) conditions.push(`x.taken_position = ${parameter(position)}`);
  if (dueBeforeMs !== undefined) {
    const due = parameter(new Date(dueBeforeMs));
    conditions.push(
      `x.number = ANY (ARRAY(${['<>', '='].map((sign) => owing(sign, correspondent, due)).join(' UNION ALL ')}))`,
    );
  }
  return conditions;
}

/** The numbers of what is owed, from its deadlines on; messages and notices are found by an index each. */
function owing(sign: string, correspondent: string, due: string): string {
  return `SELECT y.number FROM deadline AS d
    JOIN inbox_item AS y ON y.message_id = d.message_id AND y.correspondent = d.correspondent AND y.role ${sign} 'NOTICE'
    WHERE d.correspondent = ${correspondent} AND d.ended_at IS NULL AND d.due_at < ${due}`;
}
