import { type DirectorySnapshot, onDuty } from '@chappe/directory';
import type { Deadline } from './deadline.ts';

/** Whose attention a reminder or an escalation asks for. */
export interface Addressed {
  readonly correspondent: string;
  /** Empty: everybody there. */
  readonly positions: readonly string[];
  /** Whether nobody else of the correspondent may read it. */
  readonly exclusive: boolean;
  /** Whether somebody is on duty there who can be paged. */
  readonly onDuty: boolean;
}

type Watched = Pick<Deadline, 'correspondent' | 'status' | 'card'>;
type Rotas = Pick<DirectorySnapshot, 'duty' | 'persons' | 'dutyDesk'>;

/**
 * A reminder goes to the holder: to the positions for which the message is reserved, which alone may know of it,
 * else to whoever is on duty there.
 */
export function addressReminder(directory: Rotas, deadline: Watched, atMs: number): Addressed {
  const { correspondent, status, card } = deadline;
  const reserved = card.attentionPositions;
  if (reserved !== null && reserved.length > 0) {
    return { correspondent, positions: reserved, exclusive: true, onDuty: false };
  }
  const present = onDuty(directory, { correspondent, status, atMs }).map((each) => each.position);
  return { correspondent, positions: unique(present), exclusive: false, onDuty: present.length > 0 };
}

/**
 * An escalation goes to the duty desk: first to the position on duty by hours, zone, absence and backup, then with
 * each further one also to the next backup of those. An exercise has its own rota, and where nobody is on it the
 * desk finds the escalation in its inbox: an exercise never calls the real watch.
 */
export function addressEscalation(
  directory: Rotas,
  { status }: Pick<Watched, 'status'>,
  number: number,
  atMs: number,
): Addressed {
  const { dutyDesk } = directory;
  const present = onDuty(directory, { correspondent: dutyDesk, status, atMs }).map((each) => each.position);
  let positions = unique(present);
  for (let times = 1; times < number; times += 1) {
    const backups = positions.flatMap((position) => backupOf(directory, dutyDesk, position) ?? []);
    positions = unique([...positions, ...backups]);
  }
  return {
    correspondent: dutyDesk,
    positions,
    exclusive: false,
    onDuty: present.length > 0,
  };
}

function backupOf({ duty }: Rotas, correspondent: string, code: string): string | null {
  for (const position of duty.positions.values()) {
    if (position.correspondent === correspondent && position.code === code) return position.backup;
  }
  return null;
}

function unique(positions: readonly string[]): readonly string[] {
  return [...new Set(positions)];
}
