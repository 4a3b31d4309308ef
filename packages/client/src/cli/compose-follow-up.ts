import type { ChappeClient } from '../create-client.ts';
import type { MessageRequest } from '../message-request.ts';
import { followUpHeader, type OriginalMessage } from '../original-message.ts';
import { uuidV7 } from '../uuid-v7.ts';
import { code } from './build-message.ts';
import { openClient, resolveConnection } from './connect.ts';
import type { ExitCode } from './exit-codes.ts';
import { findOriginal } from './find-original.ts';
import type { NextCommand } from './print-publish-result.ts';
import { asRequest } from './read-message-file.ts';
import { readBodyFields, type TextOptions } from './read-text.ts';
import type { Side } from './resolve-message-name.ts';
import { type SendOptions, sendMessages } from './send-messages.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The options that every follow-up understands; what they leave out comes from the original. */
export interface FollowUpOptions extends SendOptions, TextOptions {
  readonly urgency?: string;
  readonly ground?: string;
  readonly crimeArea?: readonly string[];
  readonly classification?: string;
  readonly language?: string;
  readonly submissionId?: string;
  readonly client?: boolean;
}

/** What a follow-up is made of. */
export interface FollowUpContext {
  readonly terminal: Terminal;
  readonly client: ChappeClient;
  readonly original: OriginalMessage;
  /** The moment that times like `+3d` count from: that of the submission, so that its repetition says the same. */
  readonly nowMs: number;
}

/** One follow-up as its command makes it. */
export interface FollowUpDraft {
  readonly kind: string;
  /** Which message it answers, corrects or cancels, and what else it says in the header. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** It travels as fast as its original; otherwise as routine, unless --urgency says so. */
  readonly asUrgent: boolean;
  readonly next?: NextCommand;
}

/** Fetches the original, has the follow-up made from it, and sends that. */
export async function sendFollowUp(
  terminal: Terminal,
  name: string,
  side: Side,
  options: FollowUpOptions,
  compose: (context: FollowUpContext) => FollowUpDraft | Promise<FollowUpDraft>,
): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const submissionId = options.submissionId ?? uuidV7();
  const nowMs = submissionTimeMs(submissionId);
  const original = await findOriginal(client, name, side);
  const draft = await compose({ terminal, client, original, nowMs });
  const message = await completeFollowUp(terminal, draft, original, options);
  return sendMessages(terminal, client, [{ ...message, submissionId }], options, draft.next);
}

/** The time bits of a submission id. */
export function submissionTimeMs(submissionId: string): number {
  const atMs = Number.parseInt(submissionId.slice(0, 8) + submissionId.slice(9, 13), 16);
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(submissionId) && !Number.isNaN(atMs)) return atMs;
  throw new UsageError({
    en: `--submission-id is a UUIDv7, not ${submissionId}`,
    fr: `--submission-id est un UUIDv7, pas ${submissionId}`,
  });
}

async function completeFollowUp(
  terminal: Terminal,
  draft: FollowUpDraft,
  original: OriginalMessage,
  options: FollowUpOptions,
): Promise<MessageRequest> {
  return asRequest({
    kind: draft.kind,
    ...completeHeader(original, options, draft.asUrgent),
    ...draft.header,
    body: { ...draft.body, ...(await readBodyFields(terminal, options)) },
  });
}

/** The header of the original, as far as the options do not say otherwise. */
export function completeHeader(
  original: OriginalMessage,
  options: FollowUpOptions,
  asUrgent: boolean,
): Readonly<Record<string, unknown>> {
  const { urgency, urgencyGround, crimeAreas, ...inherited } = followUpHeader(original);
  const areas = options.crimeArea?.map(code) ?? crimeAreas ?? [];
  if (areas.length === 0 && inherited.activity === 'OPERATIONAL') throw areaMissing(original);
  const chosen = options.urgency === undefined ? (asUrgent ? urgency : 'ROUTINE') : code(options.urgency);
  const ground = options.ground === undefined ? urgencyGround : code(options.ground);
  return {
    ...inherited,
    urgency: chosen,
    // The ground of the original speaks for the original's urgency only.
    ...(ground === undefined || chosen === 'ROUTINE' ? {} : { urgencyGround: ground }),
    ...(areas.length === 0 ? {} : { crimeAreas: areas }),
    ...(options.classification === undefined ? {} : { classification: code(options.classification) }),
    ...(options.language === undefined ? {} : { language: options.language }),
  };
}

/** Only a flash lead may leave without an area; whoever takes the matter up again knows it by then. */
function areaMissing({ reference }: OriginalMessage): UsageError {
  return new UsageError(
    { en: `${reference} names no crime area.`, fr: `${reference} ne nomme aucun domaine.` },
    {
      en: 'say which it is with --crime-area (terrorism, drug-trafficking, other…)',
      fr: 'dites lequel avec --crime-area (terrorism, drug-trafficking, other…)',
    },
  );
}
