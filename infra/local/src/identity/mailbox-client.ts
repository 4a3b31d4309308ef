import { writeAtomically } from '../files/write-atomically.ts';
import type { StackSecrets } from './stack-secrets.ts';

/** The client under which the mailbox posts reminders; a system of the demonstration's directory. */
export const mailboxClientId = 'demo-mailbox';

/** Writes the private key of the mailbox's client where only its owner may read it, and says where. */
export function writeMailboxKey(dataDir: string, secrets: Pick<StackSecrets, 'clients'>): string {
  const keys = secrets.clients[mailboxClientId];
  if (keys === undefined) throw new Error(`the demonstration has no client ${mailboxClientId}`);
  const file = `${dataDir}/mailbox-client.json`;
  writeAtomically(file, `${JSON.stringify(keys.privateJwk)}\n`);
  return file;
}
