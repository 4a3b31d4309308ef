import type { LaneCode, Urgency } from './generated/codes.ts';

/** The three lanes, the fastest first. */
export const lanes = ['flash', 'urgent', 'routine'] as const;

/** A lane: its own topics, producers and consumers, so that nothing slow is ever ahead of a flash. */
export type Lane = (typeof lanes)[number];

/** The lane of an urgency. An urgency this release does not know travels as the most urgent. */
export function laneOf(urgency: Urgency): Lane {
  if (urgency === 'ROUTINE') return 'routine';
  return urgency === 'URGENT' ? 'urgent' : 'flash';
}

/** The lane that a record names; one this release does not know is treated as flash. */
export function laneFrom(code: LaneCode): Lane {
  return code === 'UNKNOWN' ? 'flash' : code;
}
