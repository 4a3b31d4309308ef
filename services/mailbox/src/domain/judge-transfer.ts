import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import { decide } from '@chappe/policy';

/** Whether a matter can be handed over to whom a receipt names, or why not. */
export type TransferVerdict = 'usable' | 'unknown-correspondent' | 'unknown-colleague';

/** A colleague as a receipt names one; anything else is the code of a correspondent. */
const colleague = /^person:(.+)$/;

/**
 * Looks whom a TRANSFERRED names up in the directory of now: a correspondent that is not suspended, or a
 * person who may acknowledge for the same correspondent today.
 */
export function judgeTransfer(
  directory: DirectorySnapshot,
  correspondent: string,
  transferredTo: string,
  nowMs: number,
): TransferVerdict {
  const personId = colleague.exec(transferredTo)?.[1];
  if (personId === undefined) {
    return directory.correspondents.get(transferredTo)?.suspended === false
      ? 'usable'
      : 'unknown-correspondent';
  }
  const person = directory.persons.get(personId);
  if (person === undefined) return 'unknown-colleague';
  const token = { issuer: person.issuer, subject: person.subject, clientId: '' };
  const resolved = resolveSubject(directory, token, correspondent, nowMs);
  if (resolved.status !== 'resolved') return 'unknown-colleague';
  const decision = decide(resolved.subject, 'receipt.give', null, { nowMs });
  return decision.effect === 'allow' ? 'usable' : 'unknown-colleague';
}
