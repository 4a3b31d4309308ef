import { type DirectorySnapshot, grantsInForce } from '@chappe/directory';
import type { Message } from '@chappe/schemas';

/**
 * Whether the sender of a message is a system of Chappe's own, by the directory of now: only such a one, the mailbox,
 * knows what nobody has touched. No grant of a person, and no other role, replaces that.
 */
export function mayReroute(
  { actor, sender }: Pick<Message, 'actor' | 'sender'>,
  directory: DirectorySnapshot,
  nowMs: number,
): boolean {
  const system = directory.systems.get(actor ?? '');
  if (system === undefined || system.suspended) return false;
  if (directory.correspondents.get(sender.correspondent)?.suspended !== false) return false;
  const holder = { kind: 'SYSTEM', id: system.systemId, suspended: false } as const;
  return grantsInForce(directory, holder, nowMs).some(
    ({ correspondent, role }) => correspondent === sender.correspondent && role === 'service',
  );
}
