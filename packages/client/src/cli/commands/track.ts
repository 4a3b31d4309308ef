import type { ChappeClient } from '../../create-client.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import { resolveSent } from '../resolve-message-name.ts';
import type { Terminal } from '../terminal.ts';
import { trackingLines } from '../tracking-lines.ts';

/** The options of `track`. */
export interface TrackOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly client?: boolean;
}

/** Says who got a sent message, who has it in charge, and what is owed by whom. */
export async function track(terminal: Terminal, name: string, options: TrackOptions): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const { messageId } = await resolveSent(client, name);
  if (options.follow === true) return follow(terminal, client, messageId, options);
  const tracking = await client.sent.tracking(messageId);
  if (options.json === true) printJson(terminal, tracking);
  else for (const line of trackingLines(tracking, terminal)) terminal.out(line);
  return tracking.state === 'REFUSED' ? exitCodes.decidedRefused : exitCodes.ok;
}

/** Prints how it stands, and again each time that something has changed, until Ctrl-C. */
async function follow(
  terminal: Terminal,
  client: ChappeClient,
  messageId: string,
  options: TrackOptions,
): Promise<ExitCode> {
  const { colours, language } = terminal;
  for await (const tracking of client.sent.followTracking(messageId, { signal: terminal.signal })) {
    if (options.json === true) {
      terminal.out(JSON.stringify(tracking));
      continue;
    }
    const time = new Date(terminal.nowMs()).toLocaleTimeString(language, { hour12: false });
    terminal.out(colours.dim(`— ${time}`));
    for (const line of trackingLines(tracking, terminal)) terminal.out(line);
  }
  return exitCodes.ok;
}
