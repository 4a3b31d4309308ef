import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import { printStatus } from '../print-status.ts';
import { resolveSent } from '../resolve-message-name.ts';
import type { Terminal } from '../terminal.ts';

/** Says what became of a sent message, named by its id, its reference, or the status link of the 202. */
export async function status(
  terminal: Terminal,
  name: string,
  options: GlobalOptions & { readonly submissionId?: string },
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const { messageId, submissionId = options.submissionId } = await resolveSent(client, name);
  const fate = await client.status(messageId, submissionId === undefined ? {} : { submissionId });
  const tracking = fate.state === 'ACCEPTED' ? await client.sent.tracking(messageId) : undefined;
  if (options.json === true) printJson(terminal, tracking === undefined ? fate : { ...fate, tracking });
  else printStatus(terminal, fate, tracking);
  return fate.state === 'REFUSED' ? exitCodes.decidedRefused : exitCodes.ok;
}
