import { referenceTo } from '../../original-message.ts';
import { isRecord } from '../../problem.ts';
import { code } from '../build-message.ts';
import { type FollowUpOptions, sendFollowUp } from '../compose-follow-up.ts';
import type { ExitCode } from '../exit-codes.ts';
import { nameAddressees } from '../name-addressees.ts';
import { parseTime } from '../parse-time.ts';
import { requireText } from '../read-text.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `dispatch`. */
export interface DispatchOptions extends FollowUpOptions {
  readonly to?: readonly string[];
  readonly info?: readonly string[];
  readonly attention?: readonly string[];
  readonly deadline?: string;
}

/** Passes a message on to other correspondents, with what is expected of them. */
export async function dispatch(
  terminal: Terminal,
  name: string,
  words: string | undefined,
  options: DispatchOptions,
): Promise<ExitCode> {
  const { to = [], info = [], deadline } = options;
  if (to.length + info.length === 0) {
    throw new UsageError(
      { en: 'To whom is it dispatched?', fr: 'À qui le transmettre ?' },
      { en: 'add --to or --info', fr: 'ajoutez --to ou --info' },
    );
  }
  const addressees = nameAddressees(options);
  const instruction = await requireText(terminal, words, options);
  return sendFollowUp(terminal, name, 'either', options, ({ original, nowMs }) => ({
    kind: 'DISPATCH',
    asUrgent: true,
    header: {},
    body: {
      original: referenceTo(original),
      ...addressees,
      instruction,
      ...(deadline === undefined ? {} : { deadline: parseTime(deadline, nowMs) }),
    },
    next: (reference) => `chappe track ${reference}`,
  }));
}

/** The options of `disclose`. */
export interface DiscloseOptions extends FollowUpOptions {
  readonly toldTo: string;
  readonly country?: string;
  readonly form: string;
  readonly at: string;
  readonly legalBasis: string;
  readonly justification: string;
  readonly authorisedBy: string;
}

/** Records what was told to a local body, so that a recall of the message reaches it too. */
export async function disclose(
  terminal: Terminal,
  name: string,
  words: string | undefined,
  options: DiscloseOptions,
): Promise<ExitCode> {
  const content = await requireText(terminal, words, options);
  const { toldTo, country, form, at, legalBasis, justification, authorisedBy } = options;
  return sendFollowUp(terminal, name, 'either', options, ({ original, nowMs }) => ({
    kind: 'DISCLOSURE',
    asUrgent: false,
    header: { inReplyTo: original.messageId },
    body: {
      original: referenceTo(original),
      recipientBody: toldTo,
      ...(country === undefined ? {} : { recipientCountry: country.toUpperCase() }),
      form: code(form),
      disclosedAt: parseTime(at, nowMs),
      content,
      legalBasis: code(legalBasis),
      justification,
      authorisedBy,
    },
    next: () => `chappe thread ${original.reference}`,
  }));
}

/** The options of `release request`. */
export interface ReleaseRequestOptions extends FollowUpOptions {
  readonly to: readonly string[];
  readonly purpose: string;
  readonly scope?: readonly string[];
}

/** Asks the originator of a received message for permission to pass it on. */
export async function requestRelease(
  terminal: Terminal,
  name: string,
  options: ReleaseRequestOptions,
): Promise<ExitCode> {
  const { to, purpose, scope } = options;
  return sendFollowUp(terminal, name, 'received', options, ({ original }) => ({
    kind: 'RELEASE_REQUEST',
    asUrgent: true,
    header: { inReplyTo: original.messageId },
    body: {
      original: referenceTo(original),
      releaseTo: to,
      purpose,
      ...(scope === undefined ? {} : { scope }),
    },
    next: (reference) => `chappe track ${reference}`,
  }));
}

/** The options of `release grant` and `release refuse`. */
export interface ReleaseAnswerOptions extends FollowUpOptions {
  readonly to?: readonly string[];
  readonly purpose?: string;
  readonly conditions?: string;
  readonly until?: string;
}

/** Grants or refuses a release: answers a received request, or speaks of an own message without one. */
export async function answerRelease(
  terminal: Terminal,
  name: string,
  granted: boolean,
  options: ReleaseAnswerOptions,
): Promise<ExitCode> {
  const { purpose, conditions, until } = options;
  return sendFollowUp(terminal, name, 'either', options, ({ original, nowMs }) => {
    const body: Readonly<Record<string, unknown>> = { ...original.message.body };
    const isRequest = original.kind === 'RELEASE_REQUEST' && isRecord(body.original);
    if (!isRequest && !original.isOwn) throw notToRelease(original.reference);
    const releaseTo = options.to ?? (isRequest ? body.releaseTo : []);
    // What left in an emergency is reviewed by a superior: a release that names nobody.
    const isReview = original.isOwn && original.message.releaseMode === 'EMERGENCY';
    if (granted && !isReview && Array.isArray(releaseTo) && releaseTo.length === 0) {
      throw new UsageError(
        { en: 'To whom may it be passed on?', fr: 'À qui peut-il être transmis ?' },
        { en: 'add --to', fr: 'ajoutez --to' },
      );
    }
    return {
      kind: 'RELEASE',
      asUrgent: true,
      header: { inReplyTo: original.messageId },
      body: {
        original: isRequest ? body.original : referenceTo(original),
        granted,
        releaseTo,
        ...(purpose === undefined ? {} : { purpose }),
        ...(conditions === undefined ? {} : { conditions }),
        ...(until === undefined ? {} : { validUntil: parseTime(until, nowMs) }),
      },
      next: () => `chappe thread ${original.reference}`,
    };
  });
}

function notToRelease(reference: string): UsageError {
  return new UsageError(
    {
      en: `${reference} is neither a request for release nor a message of your own`,
      fr: `${reference} n'est ni une demande de diffusion ni un message à vous`,
    },
    { en: 'ask its originator: chappe release request', fr: "demandez à l'auteur : chappe release request" },
  );
}
