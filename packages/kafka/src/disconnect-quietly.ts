import { failureCode } from './failure-code.ts';
import type { Log } from './log.ts';

/** Disconnects a client whose work is done: a failure changes nothing any more, but is noted. */
export async function disconnectQuietly(
  client: { disconnect(): Promise<void> } | Promise<{ disconnect(): Promise<void> }>,
  log: Log,
): Promise<void> {
  try {
    await (await client).disconnect();
  } catch (error) {
    log.debug({ code: failureCode(error) }, 'client not disconnected');
  }
}
