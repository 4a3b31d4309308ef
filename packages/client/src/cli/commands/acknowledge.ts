import type { ReceiptRequest, ReceiptResult } from '../../acknowledge.ts';
import type { ChappeClient } from '../../create-client.ts';
import type { ReceiptState } from '../../read-model.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { explainProblem } from '../explain-error.ts';
import { printJson } from '../print-json.ts';
import { relativeTime } from '../relative-time.ts';
import { resolveReceived } from '../resolve-message-name.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `ack`: exactly one receipt, and how it came. */
export interface AcknowledgeOptions extends GlobalOptions {
  readonly read?: boolean;
  readonly taken?: boolean;
  readonly complied?: boolean;
  readonly rejected?: string;
  readonly transferred?: string;
  readonly note?: string;
  readonly channel?: 'phone' | 'paper';
  readonly givenBy?: string;
}

/** Says as a person what one has done about messages of the inbox; each is named by its id or reference. */
export async function acknowledge(
  terminal: Terminal,
  names: readonly string[],
  options: AcknowledgeOptions,
): Promise<ExitCode> {
  const receipt = receiptFrom(options);
  const connection = await resolveConnection(terminal, { ...options, client: false });
  const client = await openClient(connection, options);
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) {
    const state = await client.inbox.acknowledge(await resolveReceived(client, only), receipt);
    if (options.json === true) printJson(terminal, state);
    else for (const line of stateLines(only, state, terminal)) terminal.out(line);
    return exitCodeFor(receipt, state);
  }
  return acknowledgeAll(terminal, client, names, receipt, options.json === true);
}

async function acknowledgeAll(
  terminal: Terminal,
  client: ChappeClient,
  names: readonly string[],
  receipt: ReceiptRequest,
  json: boolean,
): Promise<ExitCode> {
  // One after the other: of many names, the server is asked for one at a time.
  const receipts = [];
  for (const name of names) receipts.push({ messageId: await resolveReceived(client, name), ...receipt });
  const results = await client.inbox.acknowledgeMany(receipts);
  if (json) printJson(terminal, { items: results });
  let worst: ExitCode = exitCodes.ok;
  results.forEach((result, index) => {
    const { lines, exitCode } = resultLines(names[index] ?? result.messageId, result, receipt, terminal);
    if (!json) for (const line of lines) terminal.out(line);
    if (exitCode !== exitCodes.ok) worst = exitCode;
  });
  return worst;
}

function resultLines(
  name: string,
  result: ReceiptResult,
  receipt: ReceiptRequest,
  terminal: Terminal,
): { readonly lines: readonly string[]; readonly exitCode: ExitCode } {
  if (result.outcome === 'acknowledged') {
    return {
      lines: stateLines(name, result.receipt, terminal),
      exitCode: exitCodeFor(receipt, result.receipt),
    };
  }
  const { lines, exitCode } = explainProblem(result.problem, terminal);
  return { lines: [`${terminal.colours.red('✗')} ${name}  ${lines[0] ?? ''}`, ...lines.slice(1)], exitCode };
}

/** A repetition of what was handed over since is no error of the server; whoever typed it must know all the same. */
function exitCodeFor(receipt: ReceiptRequest, state: ReceiptState): ExitCode {
  const wanted = receipt.type === 'TAKEN_IN_CHARGE';
  return wanted && state.takenInChargeBy?.mine !== true ? exitCodes.refused : exitCodes.ok;
}

function receiptFrom(options: AcknowledgeOptions): ReceiptRequest {
  const chosen: ReceiptRequest[] = [
    ...(options.read === true ? [{ type: 'READ' as const }] : []),
    ...(options.taken === true ? [{ type: 'TAKEN_IN_CHARGE' as const }] : []),
    ...(options.complied === true ? [{ type: 'COMPLIED' as const }] : []),
    ...(options.rejected === undefined ? [] : [{ type: 'REJECTED' as const, reason: options.rejected }]),
    ...(options.transferred === undefined
      ? []
      : [{ type: 'TRANSFERRED' as const, transferredTo: options.transferred }]),
  ];
  const [receipt, another] = chosen;
  if (receipt === undefined || another !== undefined) {
    throw new UsageError(
      {
        en: 'say exactly one of --read, --taken, --complied, --rejected, --transferred',
        fr: 'dites exactement un de --read, --taken, --complied, --rejected, --transferred',
      },
      { en: 'chappe help ack', fr: 'chappe help ack' },
    );
  }
  const noted = options.note === undefined || receipt.type === 'REJECTED' ? {} : { reason: options.note };
  return { ...receipt, ...noted, ...channelOf(options) };
}

function channelOf({ channel, givenBy }: AcknowledgeOptions): Pick<ReceiptRequest, 'channel' | 'givenBy'> {
  if (channel === undefined) {
    if (givenBy === undefined) return {};
    throw new UsageError({
      en: '--given-by goes with --channel phone or --channel paper',
      fr: '--given-by accompagne --channel phone ou --channel paper',
    });
  }
  const way = channel === 'phone' ? 'PHONE' : 'PAPER';
  return { channel: way, ...(givenBy === undefined ? {} : { givenBy }) };
}

function stateLines(name: string, state: ReceiptState, terminal: Terminal): readonly string[] {
  const { colours, say } = terminal;
  const taker = state.takenInChargeBy;
  const held = taker === undefined ? '' : `  ${heldBy(taker, terminal)}`;
  const latest = state.receipts.at(-1);
  const handed =
    state.receiptState === 'TRANSFERRED' ? `  → ${state.assignee ?? say({ en: 'anybody', fr: 'tous' })}` : '';
  const way = latest === undefined || latest.channel === 'SYSTEM' ? '' : `  (${latest.channel})`;
  return [`${colours.green('✓')} ${name}  ${colours.bold(state.receiptState)}${held}${handed}${way}`];
}

function heldBy(taker: NonNullable<ReceiptState['takenInChargeBy']>, terminal: Terminal): string {
  const { say, language } = terminal;
  const since = relativeTime(taker.since, terminal.nowMs(), language);
  const whose = taker.mine ? say({ en: 'yours', fr: 'à vous' }) : taker.position;
  return `${say({ en: 'in charge:', fr: 'en charge :' })} ${whose}, ${since}`;
}
