import { type Lane, lanes } from '@chappe/schemas';

/** In which order an inbox is listed. */
export type ListOrder = 'ascending' | 'descending' | 'urgency';

/** Where a list goes on: after this number, in that lane when the most urgent come first. */
export interface ListPlace {
  /** Numbers of another epoch mean other items. */
  readonly epoch: number;
  readonly lane: Lane | null;
  readonly number: number;
}

/** The lanes that a list by urgency still has to go through, from a place on. */
export function lanesFrom(lane: Lane | null): readonly Lane[] {
  return lane === null ? lanes : lanes.slice(lanes.indexOf(lane));
}

/** A place as the text that a cursor seals. */
export function formatPlace({ epoch, lane, number }: ListPlace): string {
  return `${epoch}.${lane ?? '-'}.${number}`;
}

/** Reads what `formatPlace` wrote; null for anything else. */
export function parsePlace(text: string): ListPlace | null {
  const [, epoch, lane, number] = /^(\d{1,9})\.(flash|urgent|routine|-)\.(\d{1,15})$/.exec(text) ?? [];
  if (epoch === undefined || number === undefined) return null;
  return {
    epoch: Number(epoch),
    lane: lanes.find((each) => each === lane) ?? null,
    number: Number(number),
  };
}
