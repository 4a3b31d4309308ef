import { type GlobalOptions, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';

/** Prints an access token and nothing else, so that it can stand inside another command. */
export async function token(
  terminal: Terminal,
  options: GlobalOptions & { readonly client?: boolean },
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const accessToken = await connection.token();
  if (options.json === true) printJson(terminal, { accessToken, correspondent: connection.actingAs ?? null });
  else terminal.out(accessToken);
  return exitCodes.ok;
}
