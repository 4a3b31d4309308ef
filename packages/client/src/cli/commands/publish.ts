import type { ChappeClient } from '../../create-client.ts';
import type { MessageRequest } from '../../message-request.ts';
import { isRecord } from '../../problem.ts';
import type { PublishResult } from '../../publish-message.ts';
import type { SubmissionStatus } from '../../read-model.ts';
import { buildMessage, code, type MessageFlags, type MessageStatus } from '../build-message.ts';
import { type Connection, type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { explainError, explainProblem } from '../explain-error.ts';
import { printExplanation } from '../print-explanation.ts';
import { printJson } from '../print-json.ts';
import { printStatus } from '../print-status.ts';
import { asRequest, completeMessage, readMessages, statusMissing } from '../read-message-file.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { waitForDecision } from '../wait-for-decision.ts';

/** The options of `publish` and `flash`. */
export interface PublishCommandOptions extends GlobalOptions, MessageFlags {
  readonly actual?: boolean;
  readonly exercise?: string;
  readonly fresh?: boolean;
  readonly submissionId?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly client?: boolean;
}

const demonstrationExercise = 'EX-DEMONSTRATION';

/** Publishes what a file, standard input or the flags say. */
export async function publish(
  terminal: Terminal,
  source: string | undefined,
  options: PublishCommandOptions,
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const status = statusOf(options, connection);
  if (source === undefined) {
    if (options.text === undefined) {
      throw new UsageError(
        { en: 'There is nothing to publish.', fr: "Il n'y a rien à envoyer." },
        {
          en: 'give a file, `-` for standard input, or --text',
          fr: "donnez un fichier, « - » pour l'entrée standard, ou --text",
        },
      );
    }
    if (options.kind !== undefined && !['LEAD', 'SUPPLEMENT'].includes(code(options.kind))) {
      throw new UsageError(
        { en: `${options.kind} needs more than a text`, fr: `${options.kind} demande plus qu'un texte` },
        {
          en: 'write it as a file; packages/schemas/examples has one per kind',
          fr: 'écrivez un fichier ; packages/schemas/examples en a un par nature',
        },
      );
    }
    if (status === undefined) throw statusMissing();
    return send(
      terminal,
      connection,
      [withOwnId(asRequest(buildMessage(options, status)), options)],
      options,
    );
  }
  const given = await readMessages(source, terminal);
  const choice = {
    fresh: options.fresh === true,
    statusWins: options.actual === true || options.exercise !== undefined,
  };
  const messages = given.map((message) => completeMessage(message, status, choice));
  const [first] = messages;
  const single = messages.length === 1 && first !== undefined ? [withOwnId(first, options)] : messages;
  return send(terminal, connection, single, options);
}

/** Publishes one flash lead: a line of text, a place, why it may overtake, and how to call back. */
export async function flash(
  terminal: Terminal,
  text: string,
  options: PublishCommandOptions,
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const status = statusOf(options, connection);
  if (status === undefined) throw statusMissing();
  if ([...text].length > 1_000) {
    throw new UsageError(
      {
        en: `A flash is short: ${[...text].length} characters, at most 1,000.`,
        fr: `Un flash est bref : ${[...text].length} caractères, 1 000 au plus.`,
      },
      {
        en: 'send the first of it now, the rest as a supplement',
        fr: 'envoyez le début, puis le reste en complément',
      },
    );
  }
  const flags = { ground: 'threat-to-life', ...options, kind: 'LEAD', urgency: 'FLASH', text };
  return send(terminal, connection, [withOwnId(asRequest(buildMessage(flags, status)), options)], options);
}

function statusOf(options: PublishCommandOptions, connection: Connection): MessageStatus | undefined {
  if (options.actual === true && options.exercise !== undefined) {
    throw new UsageError({
      en: '--actual and --exercise exclude each other',
      fr: "--actual et --exercise s'excluent",
    });
  }
  if (options.actual === true) return { status: 'ACTUAL' };
  if (options.exercise !== undefined) return { status: 'EXERCISE', exerciseId: options.exercise };
  return connection.stack === undefined
    ? undefined
    : { status: 'EXERCISE', exerciseId: demonstrationExercise };
}

function withOwnId(message: MessageRequest, options: PublishCommandOptions): MessageRequest {
  return options.submissionId === undefined ? message : { ...message, submissionId: options.submissionId };
}

async function send(
  terminal: Terminal,
  connection: Connection,
  messages: readonly MessageRequest[],
  options: PublishCommandOptions,
): Promise<ExitCode> {
  const client = await openClient(connection, options);
  const [only] = messages;
  if (only === undefined) return exitCodes.ok;
  if (options.dryRun === true) return dryRun(terminal, client, messages, options);
  const publishing = { signal: terminal.signal, onRetry: retryNotice(terminal, options) };
  const results =
    messages.length === 1
      ? [await client.publish(only, publishing)]
      : await client.publishBatch(messages, publishing);
  const [first] = results;
  if (options.wait === true && results.length === 1 && first?.outcome === 'accepted') {
    return printWithDecision(terminal, client, first, options);
  }
  if (options.json === true)
    printJson(terminal, results.length === 1 ? plain(first) : { items: results.map(plain) });
  else for (const result of results) printResult(terminal, result);
  const codes = results.map((result) => exitCodeOfResult(terminal, result));
  // What is not known matters more than what is known to have failed.
  const worst =
    codes.find((one) => one === exitCodes.unavailable) ?? codes.find((one) => one !== exitCodes.ok);
  return worst ?? exitCodes.ok;
}

async function printWithDecision(
  terminal: Terminal,
  client: ChappeClient,
  result: Extract<PublishResult, { outcome: 'accepted' }>,
  options: GlobalOptions,
): Promise<ExitCode> {
  if (options.json !== true) printResult(terminal, result);
  let decision: SubmissionStatus;
  try {
    decision = await waitForDecision(client, result, terminal.signal);
  } catch (error) {
    // The message was accepted all the same, and its sender must learn its name.
    if (options.json === true) printJson(terminal, { ...result, decision: null });
    throw error;
  }
  if (options.json === true) printJson(terminal, { ...result, decision });
  else printStatus(terminal, decision, undefined);
  return decision.state === 'REFUSED' ? exitCodes.decidedRefused : exitCodes.ok;
}

async function dryRun(
  terminal: Terminal,
  client: ChappeClient,
  messages: readonly MessageRequest[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const answers = [];
  for (const message of messages) answers.push(await client.dryRun(message));
  if (options.json === true) {
    printJson(terminal, messages.length === 1 ? answers[0] : { items: answers });
    return exitCodes.ok;
  }
  terminal.out(
    terminal.say({
      en: 'Nothing was sent. This would happen:',
      fr: "Rien n'a été envoyé. Voici ce qui se passerait :",
    }),
  );
  for (const answer of answers) printExplanation(terminal, answer);
  return exitCodes.ok;
}

function retryNotice(terminal: Terminal, options: GlobalOptions) {
  return ({ attempt, delayMs }: { attempt: number; delayMs: number }): void => {
    if (options.json === true) return;
    const seconds = (delayMs / 1000).toFixed(1);
    const text = {
      en: `no answer to attempt ${attempt}; again in ${seconds} s under the same submission id`,
      fr: `pas de réponse à l'essai ${attempt} ; nouvel essai dans ${seconds} s sous le même identifiant`,
    };
    terminal.err(terminal.colours.dim(terminal.say(text)));
  };
}

function printResult(terminal: Terminal, result: PublishResult): void {
  const { colours, say } = terminal;
  if (result.outcome === 'accepted') {
    const accepted = say({ en: 'accepted', fr: 'accepté' });
    terminal.out(
      `${colours.green('✓')} ${colours.bold(result.reference)}  ${accepted}  ${colours.dim(result.messageId)}`,
    );
    terminal.out(colours.dim(`  chappe status ${result.reference}`));
    return;
  }
  if (result.outcome === 'refused') {
    for (const line of explainProblem(result.problem, terminal).lines) terminal.err(line);
    return;
  }
  const lines = [
    say({
      en: 'It is not known whether this message was accepted.',
      fr: 'On ne sait pas si ce message a été accepté.',
    }),
    ...(result.problem === undefined
      ? explainError(result.cause, terminal)
      : explainProblem(result.problem, terminal)
    ).lines.slice(0, 1),
    say({
      en: `  repeat the same command with --submission-id ${result.submissionId}: it is then sent once, whatever happened`,
      fr: `  répétez la même commande avec --submission-id ${result.submissionId} : elle n'aura d'effet qu'une fois`,
    }),
  ];
  for (const line of lines) terminal.err(line);
}

function exitCodeOfResult(terminal: Terminal, result: PublishResult): ExitCode {
  if (result.outcome === 'accepted') return exitCodes.ok;
  if (result.outcome === 'unresolved') return exitCodes.unavailable;
  return explainProblem(result.problem, terminal).exitCode;
}

/** A result as JSON: an Error has no enumerable parts, so its words are kept instead. */
function plain(result: PublishResult | undefined): unknown {
  if (!isRecord(result) || !('cause' in result)) return result;
  const { cause, ...rest } = result;
  return { ...rest, cause: cause instanceof Error ? cause.message : String(cause) };
}
