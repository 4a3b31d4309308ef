import { followUpHeader, type OriginalMessage } from '../../original-message.ts';
import { uuidV7 } from '../../uuid-v7.ts';
import { code } from '../build-message.ts';
import {
  completeHeader,
  type FollowUpOptions,
  sendFollowUp,
  submissionTimeMs,
} from '../compose-follow-up.ts';
import { openClient, resolveConnection } from '../connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { findOriginal } from '../find-original.ts';
import { messageStatusOf, type StatusOptions } from '../message-status.ts';
import { nameAddressees } from '../name-addressees.ts';
import { parseTime } from '../parse-time.ts';
import { asRequest, statusMissing } from '../read-message-file.ts';
import { readBodyFields, readGivenText, requireText } from '../read-text.ts';
import { sendMessages } from '../send-messages.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `reply`. */
export interface ReplyOptions extends FollowUpOptions {
  readonly outcome?: string;
  readonly refusalGround?: string;
  readonly newDate?: string;
  readonly accessibility?: string;
}

/** Answers a received message: in full, in part, with nothing, with a refusal, or with a later date. */
export async function reply(
  terminal: Terminal,
  name: string,
  words: string | undefined,
  options: ReplyOptions,
): Promise<ExitCode> {
  const outcome = code(options.outcome ?? impliedOutcome(options));
  const needsText = outcome === 'FULL' || outcome === 'PARTIAL';
  const text = needsText
    ? await requireText(terminal, words, options)
    : await readGivenText(terminal, words, options);
  const { refusalGround, newDate, accessibility } = options;
  goTogether(outcome === 'REFUSED', refusalGround, '--outcome refused', '--refusal-ground');
  goTogether(outcome === 'EXTENSION', newDate, '--outcome extension', '--new-date');
  return sendFollowUp(terminal, name, 'received', options, ({ original, nowMs }) => ({
    kind: 'REPLY',
    asUrgent: true,
    header: { inReplyTo: original.messageId },
    body: {
      outcome,
      ...(text === undefined ? {} : { [outcome === 'REFUSED' ? 'refusalExplanation' : 'content']: text }),
      ...(refusalGround === undefined ? {} : { refusalGround: code(refusalGround) }),
      ...(newDate === undefined ? {} : { newReplyBy: parseTime(newDate, nowMs) }),
      ...(accessibility === undefined ? {} : { accessibility: code(accessibility) }),
    },
    next: () => `chappe thread ${original.reference}`,
  }));
}

/** Adds facts to a message received or sent. */
export async function supplement(
  terminal: Terminal,
  name: string,
  words: string | undefined,
  options: FollowUpOptions,
): Promise<ExitCode> {
  const text = await requireText(terminal, words, options);
  return sendFollowUp(terminal, name, 'either', options, ({ original }) => ({
    kind: 'SUPPLEMENT',
    asUrgent: true,
    header: { inReplyTo: original.messageId },
    body: { text },
  }));
}

/** The options of `ask`. */
export interface AskOptions extends FollowUpOptions, StatusOptions {
  readonly about?: string;
  readonly to: readonly string[];
  readonly info?: readonly string[];
  readonly attention?: readonly string[];
  readonly purpose: string;
  readonly facts: string;
  readonly why: string;
  readonly replyBy: string;
  readonly channel?: string;
  readonly country?: readonly string[];
  readonly legalBasis?: string;
}

/** Asks a question: a new matter, or about a message received or sent. */
export async function ask(
  terminal: Terminal,
  words: string | undefined,
  options: AskOptions,
): Promise<ExitCode> {
  const question = await requireText(terminal, words, options);
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const submissionId = options.submissionId ?? uuidV7();
  const nowMs = submissionTimeMs(submissionId);
  const original =
    options.about === undefined ? undefined : await findOriginal(client, options.about, 'either');
  const header =
    original === undefined
      ? newHeader(options, messageStatusOf(options, connection))
      : { ...completeHeader(original, options, false), inReplyTo: original.messageId };
  const { purpose, facts, why, channel, legalBasis, country } = options;
  const message = asRequest({
    submissionId,
    kind: 'INFORMATION_REQUEST',
    ...header,
    replyBy: parseTime(options.replyBy, nowMs),
    ...(country === undefined ? {} : { countriesConcerned: country.map((each) => each.toUpperCase()) }),
    ...(legalBasis === undefined ? {} : { legalBasis: code(legalBasis) }),
    recipients: {
      ...excludedBy(original),
      ...nameAddressees(options),
    },
    body: {
      question,
      purpose,
      facts,
      addresseeReason: why,
      ...(channel === undefined ? {} : { channel }),
      ...(await readBodyFields(terminal, options)),
    },
  });
  return sendMessages(terminal, client, [message], options, (reference) => `chappe track ${reference}`);
}

function newHeader(
  options: AskOptions,
  status: ReturnType<typeof messageStatusOf>,
): Readonly<Record<string, unknown>> {
  if (status === undefined) throw statusMissing();
  const { urgency, ground, crimeArea, classification, language } = options;
  return {
    ...status,
    urgency: code(urgency ?? 'ROUTINE'),
    ...(ground === undefined ? {} : { urgencyGround: code(ground) }),
    ...(crimeArea === undefined ? {} : { crimeAreas: crimeArea.map(code) }),
    ...(classification === undefined ? {} : { classification: code(classification) }),
    ...(language === undefined ? {} : { language }),
  };
}

function excludedBy(original: OriginalMessage | undefined): { readonly excluded?: readonly string[] } {
  const recipients = original === undefined ? undefined : followUpHeader(original).recipients;
  return recipients?.excluded === undefined ? {} : { excluded: recipients.excluded };
}

/** What else was said shows what is meant; a text alone answers the question. */
function impliedOutcome({ refusalGround, newDate }: ReplyOptions): string {
  if (refusalGround !== undefined) return 'REFUSED';
  return newDate === undefined ? 'FULL' : 'EXTENSION';
}

function goTogether(isWanted: boolean, value: string | undefined, first: string, second: string): void {
  if (isWanted === (value !== undefined)) return;
  throw new UsageError({
    en: `${first} and ${second} go together`,
    fr: `${first} et ${second} vont ensemble`,
  });
}
