import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import { decide } from '@chappe/policy';
import { positionCode } from './receipt-state.ts';

/** Whether a matter can be handed over to whom a receipt names, or why not. */
export type TransferVerdict = 'usable' | 'unknown-correspondent' | 'unknown-colleague' | 'unheld-position';

/** A colleague or a function as a receipt names one; anything else is the code of a correspondent. */
const withinCorrespondent = /^(person|position):(.+)$/;

/**
 * Looks whom a TRANSFERRED names up in the directory of now: a correspondent that is not suspended, a person who may
 * acknowledge for the same correspondent today, or a function that such a person holds there.
 */
export function judgeTransfer(
  directory: DirectorySnapshot,
  correspondent: string,
  transferredTo: string,
  nowMs: number,
): TransferVerdict {
  const [, what, name = ''] = withinCorrespondent.exec(transferredTo) ?? [];
  if (what === 'position') {
    const held = positionsNamed(directory, correspondent, transferredTo).some(({ holder }) =>
      mayAcknowledge(directory, correspondent, holder, nowMs, transferredTo),
    );
    return held ? 'usable' : 'unheld-position';
  }
  if (what === 'person') {
    return mayAcknowledge(directory, correspondent, name, nowMs) ? 'usable' : 'unknown-colleague';
  }
  return directory.correspondents.get(transferredTo)?.suspended === false
    ? 'usable'
    : 'unknown-correspondent';
}

/** The functions of a correspondent that an assignee names, as the directory writes them, with who holds them. */
export function positionsNamed(
  directory: Pick<DirectorySnapshot, 'duty'>,
  correspondent: string,
  assignee: string,
): readonly { readonly position: string; readonly holder: string }[] {
  return [...directory.duty.holders.values()]
    .flat()
    .filter((grant) => grant.correspondent === correspondent && positionCode(grant.position) === assignee)
    .map(({ position, holder }) => ({ position, holder }));
}

function mayAcknowledge(
  directory: DirectorySnapshot,
  correspondent: string,
  personId: string,
  nowMs: number,
  inPosition?: string,
): boolean {
  const person = directory.persons.get(personId);
  if (person === undefined) return false;
  const token = { issuer: person.issuer, subject: person.subject, clientId: '' };
  const resolved = resolveSubject(directory, token, correspondent, nowMs);
  if (resolved.status !== 'resolved') return false;
  const { subject } = resolved;
  const holds =
    inPosition === undefined || subject.grants.some(({ position }) => positionCode(position) === inPosition);
  return holds && decide(subject, 'receipt.give', null, { nowMs }).effect === 'allow';
}
