import type { InboxItem } from './inbox-item.ts';

/** Narrows by what a delivery is; what is absent does not narrow. It never changes, so a stream can be narrowed by it. */
export interface DeliveryFilter {
  readonly lane?: string;
  readonly kind?: string;
  readonly role?: string;
  readonly sender?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly crimeArea?: string;
  readonly threadId?: string;
}

/** Narrows a list also by what has become of a delivery since. */
export interface InboxFilter extends DeliveryFilter {
  readonly unread?: boolean;
  /** A code of an assignee, or `nobody`. */
  readonly assignee?: string;
  /** The function that has it in charge. */
  readonly position?: string;
  /** Something is owed about it before this moment, and not done. */
  readonly dueBeforeMs?: number;
  /** In its one written form. */
  readonly reference?: string;
}

/**
 * What an item is filed under besides lane and thread. Countries are those of the variant that this correspondent
 * holds, never of the original: what was withheld cannot be found by.
 */
export function facetsOf(
  item: Pick<InboxItem, 'kind' | 'sender' | 'markings' | 'message'> & { readonly role: string },
): readonly string[] {
  const countries = [
    ...(item.message?.countriesConcerned ?? []),
    ...(item.message?.places ?? []).flatMap((place) => place.country ?? []),
  ];
  return [
    facet('kind', item.kind),
    facet('role', item.role),
    facet('sender', item.sender),
    ...[...new Set(item.markings.crimeAreas)].map((area) => facet('area', area)),
    ...[...new Set(countries)].map((country) => facet('country', country)),
  ];
}

/** What a filter asks to be filed under, the most telling first. */
export function facetsWanted(filter: DeliveryFilter): readonly string[] {
  const { country, sender, crimeArea, kind, role } = filter;
  return Object.entries({ country, sender, area: crimeArea, kind, role }).flatMap(([name, value]) =>
    value === undefined ? [] : [facet(name, value)],
  );
}

/** Whether a filter narrows at all. */
export function isNarrow(filter: InboxFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** Whether a delivery is what a filter asks for; the store answers the same of the rows it keeps. */
export function matches(item: InboxItem, filter: DeliveryFilter): boolean {
  if (filter.lane !== undefined && filter.lane !== item.lane) return false;
  if (filter.threadId !== undefined && filter.threadId !== item.threadId) return false;
  const wanted = facetsWanted(filter);
  if (wanted.length === 0) return true;
  const own = facetsOf(item);
  return wanted.every((each) => own.includes(each));
}

function facet(name: string, value: string): string {
  return `${name}:${value}`;
}
