import type { ChappeClient } from '../create-client.ts';
import type { MessageRequest } from '../message-request.ts';
import type { PublishResult } from '../publish-message.ts';
import type { SubmissionStatus } from '../read-model.ts';
import type { GlobalOptions } from './connect.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printExplanation } from './print-explanation.ts';
import { printJson } from './print-json.ts';
import {
  exitCodeOfResult,
  type NextCommand,
  plainResult,
  printPublishResult,
} from './print-publish-result.ts';
import { printStatus } from './print-status.ts';
import type { Terminal } from './terminal.ts';
import { waitForDecision } from './wait-for-decision.ts';

/** What may be said about a sending. */
export interface SendOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly attach?: readonly string[];
}

/** Sends messages, or only says what would happen to them, and prints what became of each. */
export async function sendMessages(
  terminal: Terminal,
  client: ChappeClient,
  messages: readonly MessageRequest[],
  options: SendOptions,
  next: NextCommand = (reference) => `chappe status ${reference}`,
): Promise<ExitCode> {
  const [only] = messages;
  if (only === undefined) return exitCodes.ok;
  const { attach = [] } = options;
  if (options.dryRun === true) return dryRun(terminal, client, messages, options);
  if (attach.length > 0) {
    const { withAttachments } = await import('./attachments/upload-files.ts');
    return withAttachments(terminal, client, messages, options, (complete) =>
      sendMessages(terminal, client, complete, { ...options, attach: [] }, next),
    );
  }
  const publishing = { signal: terminal.signal, onRetry: retryNotice(terminal, options) };
  const results =
    messages.length === 1
      ? [await client.publish(only, publishing)]
      : await client.publishBatch(messages, publishing);
  const [first] = results;
  if (options.wait === true && results.length === 1 && first?.outcome === 'accepted') {
    return printWithDecision(terminal, client, first, options, next);
  }
  if (options.json === true)
    printJson(terminal, results.length === 1 ? plainResult(first) : { items: results.map(plainResult) });
  else for (const result of results) printPublishResult(terminal, result, next);
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
  next: NextCommand,
): Promise<ExitCode> {
  if (options.json !== true) printPublishResult(terminal, result, next);
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
  options: SendOptions,
): Promise<ExitCode> {
  if (options.attach !== undefined && options.json !== true) {
    const notice = {
      en: 'A dry run uploads nothing: it speaks of the message without its files.',
      fr: "Un essai n'envoie aucun fichier : il parle du message sans ses pièces jointes.",
    };
    terminal.err(terminal.colours.dim(terminal.say(notice)));
  }
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

/** Tells on standard error that an attempt went unanswered, unless a program is reading. */
export function retryNotice(terminal: Terminal, options: GlobalOptions) {
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
