import type { MessageRequest } from '../../message-request.ts';
import { buildMessage, code, type MessageFlags } from '../build-message.ts';
import { type Connection, openClient, resolveConnection } from '../connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { messageStatusOf, type StatusOptions } from '../message-status.ts';
import { asRequest, completeMessage, readMessages, statusMissing } from '../read-message-file.ts';
import { type SendOptions, sendMessages } from '../send-messages.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `publish` and `flash`. */
export interface PublishCommandOptions extends SendOptions, StatusOptions, MessageFlags {
  readonly fresh?: boolean;
  readonly submissionId?: string;
  readonly client?: boolean;
}

/** Publishes what a file, standard input or the flags say. */
export async function publish(
  terminal: Terminal,
  source: string | undefined,
  options: PublishCommandOptions,
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const status = messageStatusOf(options, connection);
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
    if (options.kind !== undefined && code(options.kind) !== 'LEAD') {
      throw new UsageError(
        { en: `${options.kind} needs more than a text`, fr: `${options.kind} demande plus qu'un texte` },
        {
          en: 'answers, corrections and the like have their own commands (chappe help); or write it as a file',
          fr: 'réponses, corrections et autres ont leurs commandes (chappe help) ; ou écrivez un fichier',
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
  const status = messageStatusOf(options, connection);
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

function withOwnId(message: MessageRequest, options: PublishCommandOptions): MessageRequest {
  return options.submissionId === undefined ? message : { ...message, submissionId: options.submissionId };
}

async function send(
  terminal: Terminal,
  connection: Connection,
  messages: readonly MessageRequest[],
  options: PublishCommandOptions,
): Promise<ExitCode> {
  return sendMessages(terminal, await openClient(connection, options), messages, options);
}
