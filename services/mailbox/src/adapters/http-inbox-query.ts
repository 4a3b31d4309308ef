import type { Subject } from '@chappe/policy';
import { Problem } from '@chappe/service-kit';
import { type Static, Type } from 'typebox';
import { type DeliveryFilter, facetsWanted, type InboxFilter } from '../domain/inbox-filter.ts';
import { assigneeCode } from '../domain/receipt-state.ts';
import { uuidPattern } from './http-answers.ts';
import type { FacetFiler } from './postgres-file-facets.ts';

/** Parameters that narrow a list or a stream by what a delivery is. */
export const deliveryFilterProperties = {
  lane: Type.Optional(Type.String({ pattern: '^(flash|urgent|routine)$' })),
  kind: Type.Optional(Type.String({ pattern: '^[A-Z_]{1,40}$' })),
  role: Type.Optional(Type.String({ pattern: '^(ACTION|INFORMATION|NOTICE)$' })),
  action: Type.Optional(
    Type.Literal(true, { description: 'Only what is for action: the same as role=ACTION' }),
  ),
  sender: Type.Optional(Type.String({ maxLength: 64, pattern: '^[a-z]+:[A-Za-z0-9-]+$' })),
  country: Type.Optional(
    Type.String({
      pattern: '^[A-Z]{2}$',
      description: 'A country concerned, or of a place, in the variant held',
    }),
  ),
  crimeArea: Type.Optional(Type.String({ pattern: '^[A-Z_]{1,60}$' })),
  threadId: Type.Optional(Type.String({ pattern: uuidPattern })),
};

/** Parameters that narrow a list by what has become of a delivery. */
export const stateFilterProperties = {
  unread: Type.Optional(Type.Boolean({ description: 'Only what no person has touched, or only the rest' })),
  assignee: Type.Optional(
    Type.String({
      maxLength: 64,
      pattern: '^(me|nobody|[a-z]+:[A-Za-z0-9-]+)$',
      description: 'Whose it is: `me`, `nobody`, `person:<id>` or the correspondent it was handed over to',
    }),
  ),
  position: Type.Optional(
    Type.String({ minLength: 1, maxLength: 120, description: 'Only what this function has in charge' }),
  ),
  dueBefore: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Only what is owed before this moment and not yet done, late ones included',
    }),
  ),
};

const deliveryFilter = Type.Object(deliveryFilterProperties);
const stateFilter = Type.Object(stateFilterProperties);

/** What narrows a stream, and a list as well. */
export function deliveryFilterOf(query: Static<typeof deliveryFilter>): DeliveryFilter {
  const { lane, kind, role, action, sender, country, crimeArea, threadId } = query;
  if (action === true && role !== undefined && role !== 'ACTION') {
    const detail = 'action=true and another role exclude one another';
    throw new Problem('invalid-value', { detail });
  }
  return given({
    ...{ lane, kind, sender, country, crimeArea, threadId },
    role: action === true ? 'ACTION' : role,
  });
}

/** What narrows a list. */
export function inboxFilterOf(
  query: Static<typeof deliveryFilter> & Static<typeof stateFilter>,
  subject: Subject,
): InboxFilter {
  const { unread, assignee, position, dueBefore } = query;
  return {
    ...deliveryFilterOf(query),
    ...given({
      ...{ unread, position },
      assignee: assignee === 'me' ? assigneeCode(subject.id) : assignee,
      dueBeforeMs: dueBefore === undefined ? undefined : Date.parse(dueBefore),
    }),
  };
}

/** After an upgrade, an answer that leaves out what is not yet filed would be silently wrong. */
export function requireFiled(filter: InboxFilter, facets: Pick<FacetFiler, 'caughtUp'>): void {
  if (facetsWanted(filter).length === 0 || facets.caughtUp()) return;
  throw new Problem('unavailable', { detail: 'Older items are still being filed.', retryAfterS: 5 });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that are undefined. */
function given<T extends object>(members: T): Given<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<T>;
}
