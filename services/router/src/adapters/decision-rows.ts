import { PauseUntilUpgrade } from '@chappe/kafka';
import { decode, type Lane, lanes, type Message, type RecordByName, type RecordName } from '@chappe/schemas';
import type { HeldMessage, KnownDecision, ThreadRecords } from '../domain/thread-memory.ts';

/** A row of `read_threads`; which columns are set depends on `part`. */
export interface ThreadRow {
  part: 'held' | 'pending' | 'decision' | 'waiting';
  message_id: string;
  request_digest: string;
  lane: string;
  subject_id: string | null;
  trace_id: string | null;
  record: Buffer;
  original: Buffer | null;
  held_until: Date;
  sender: string;
  waiting: number;
}

/** A row of this database is damaged: whatever needs it cannot be decided. */
export class UnreadableRow extends Error {
  override readonly name = 'UnreadableRow';
  readonly code = 'STORED_RECORD_DAMAGED';

  constructor(record: RecordName) {
    super(`a stored ${record} cannot be read`);
  }
}

/** Sorts the rows of `read_threads` into what the domain knows. */
export function threadRecordsOf(rows: readonly ThreadRow[]): ThreadRecords {
  const decisions = new Map<string, KnownDecision>();
  const held: HeldMessage[] = [];
  const heldBySender = new Map<string, number>();
  for (const row of rows) {
    if (row.part === 'decision') decisions.set(keyOf(row), knownDecisionOf(row));
    else if (row.part === 'held') held.push(heldMessageOf(row));
    else if (row.part === 'waiting') heldBySender.set(row.sender, row.waiting);
  }
  const pending = rows.flatMap((row) => (row.part === 'pending' ? (decisions.get(keyOf(row)) ?? []) : []));
  return { decisions: [...decisions.values()], held, pending, heldBySender };
}

/** A decision as it is stored. The original is decoded only when it is asked for, and then once. */
export function knownDecisionOf(
  row: Pick<ThreadRow, 'subject_id' | 'trace_id' | 'record' | 'original'>,
): KnownDecision {
  const { original: encoded } = row;
  let decoded: Message | null = null;
  return {
    decision: read('Decision', row.record),
    subjectId: row.subject_id,
    traceId: row.trace_id,
    encoded,
    original: () => {
      if (decoded === null && encoded !== null) decoded = read('Message', encoded);
      return decoded;
    },
  };
}

function heldMessageOf(row: ThreadRow): HeldMessage {
  const encoded = row.original ?? Buffer.alloc(0);
  return {
    message: read('Message', encoded),
    lane: laneNamed(row.lane),
    encoded,
    heldUntilMs: row.held_until.getTime(),
  };
}

function laneNamed(text: string): Lane {
  const lane = lanes.find((each) => each === text);
  if (lane === undefined) throw new Error('a stored lane is not one of the three');
  return lane;
}

function read<N extends RecordName>(record: N, bytes: Buffer): RecordByName[N] {
  const result = decode(record, bytes);
  if (result.status === 'newer') throw new PauseUntilUpgrade('STORED_NEWER_SCHEMA');
  if (result.status === 'poison') throw new UnreadableRow(record);
  return result.value;
}

function keyOf(row: Pick<ThreadRow, 'message_id' | 'request_digest'>): string {
  return `${row.message_id}/${row.request_digest}`;
}
