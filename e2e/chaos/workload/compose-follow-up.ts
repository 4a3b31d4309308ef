import { type MessageRequest, uuidV7 } from '@chappe/client';
import type { LaneName } from '../history/chaos-event.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import { type AcknowledgedSubmission, type Submission, urgencyOf } from './submission.ts';

/** What every message of a chaos run has in common with the thread that it joins. */
function headerOf(original: AcknowledgedSubmission, lane: LaneName) {
  return {
    submissionId: uuidV7(),
    status: 'EXERCISE' as const,
    exerciseId: 'EX-CHAOS',
    activity: 'OPERATIONAL' as const,
    urgency: urgencyOf[lane],
    language: 'en',
    classification: 'RESTRICTED' as const,
    threadId: original.submission.threadId ?? original.messageId,
    ...(lane === 'routine'
      ? {}
      : {
          urgencyGround:
            lane === 'flash' ? ('ATTACK_IMMINENT' as const) : ('SUSPECT_ABOUT_TO_LEAVE' as const),
        }),
    ...(lane === 'flash' ? { places: [{ country: 'DJ', name: 'Invented market' }] } : {}),
    crimeAreas: original.submission.request.crimeAreas ?? [],
  };
}

function joins(
  original: AcknowledgedSubmission,
  request: MessageRequest & { submissionId: string },
  rest: Pick<Submission, 'sender' | 'lane' | 'expect'> & Partial<Submission>,
): Submission {
  return {
    request,
    variant: 0,
    refersTo: original.messageId,
    threadId: original.submission.threadId ?? original.messageId,
    ...rest,
  };
}

/** Whoever holds a message gets what its author adds; the exclusions of the original hold for it too. */
function holdersOf(original: AcknowledgedSubmission): Submission['expect'] {
  const { recipients, excluded } = original.submission.expect;
  return { audience: 'holders', recipients, excluded };
}

/** What must not reach whom the original excludes says so itself: each message has its own exclusions. */
function exclusionsOf({ submission }: AcknowledgedSubmission) {
  const { excluded } = submission.expect;
  return excluded.length === 0 ? {} : { recipients: { excluded: [...excluded] } };
}

/** Facts that the author adds to its lead, in the lane of the lead. */
export function composeSupplement(original: AcknowledgedSubmission, random: Random): Submission {
  const { sender, lane } = original.submission;
  return joins(
    original,
    {
      ...headerOf(original, lane),
      ...exclusionsOf(original),
      kind: 'SUPPLEMENT',
      inReplyTo: original.messageId,
      body: { text: `EXERCISE. Invented addition ${random.integer(1_000_000)}.` },
    },
    { sender, lane, expect: holdersOf(original) },
  );
}

/** The author corrects its lead, in the lane of the lead. */
export function composeCorrection(original: AcknowledgedSubmission, random: Random): Submission {
  const { sender, lane } = original.submission;
  return joins(
    original,
    {
      ...headerOf(original, lane),
      ...exclusionsOf(original),
      kind: 'CORRECTION',
      supersedes: original.messageId,
      body: {
        reason: 'Invented: a colour was wrong.',
        lead: {
          text: `EXERCISE. Invented correction ${random.integer(1_000_000)}.`,
          ...(lane === 'flash' ? { callback: 'Invented duty line +999 00 00 01' } : {}),
        },
      },
    },
    { sender, lane, expect: holdersOf(original) },
  );
}

/** The author withdraws its message, in a lane of its choice. */
export function composeCancellation(
  original: AcknowledgedSubmission,
  lane: LaneName,
  action: 'STOP_USE' | 'DELETE',
): Submission {
  return joins(
    original,
    {
      ...headerOf(original, lane),
      ...exclusionsOf(original),
      kind: 'CANCELLATION',
      cancels: original.messageId,
      body: { reason: 'Invented: the information proved wrong.', action },
    },
    { sender: original.submission.sender, lane, expect: holdersOf(original) },
  );
}

/** A desk passes a lead on to posts; `digest` is what its inbox shows of the original. */
export function composeDispatch(
  original: AcknowledgedSubmission,
  options: {
    readonly desk: string;
    readonly lane: LaneName;
    readonly digest: string;
    readonly addressees: readonly string[];
    readonly mayBeRefused: boolean;
  },
): Submission {
  const { desk, lane, digest, addressees } = options;
  const { excluded } = original.submission.expect;
  return joins(
    original,
    {
      ...headerOf(original, lane),
      kind: 'DISPATCH',
      body: {
        original: { messageId: original.messageId, reference: original.reference, requestDigest: digest },
        action: addressees.map((correspondent) => ({ correspondent })),
        information: [],
        instruction: 'EXERCISE. Invented instruction: check and report.',
      },
    },
    {
      sender: desk,
      lane,
      addressees,
      expect: {
        audience: 'exactly',
        recipients: addressees.filter((each) => !excluded.includes(each)),
        excluded: addressees.filter((each) => excluded.includes(each)),
        ...(options.mayBeRefused ? { mayBeRefused: true as const } : {}),
      },
    },
  );
}

/** A post asks another one; the desk of the area is told by its rule. */
export function composeRequest(options: {
  readonly sender: string;
  readonly addressee: string;
  readonly lane: Exclude<LaneName, 'flash'>;
  readonly random: Random;
}): Submission {
  const { sender, addressee, lane, random } = options;
  return {
    request: {
      submissionId: uuidV7(),
      kind: 'INFORMATION_REQUEST',
      status: 'EXERCISE',
      exerciseId: 'EX-CHAOS',
      activity: 'OPERATIONAL',
      urgency: urgencyOf[lane],
      language: 'en',
      classification: 'RESTRICTED',
      ...(lane === 'routine' ? {} : { urgencyGround: 'EVIDENCE_ABOUT_TO_BE_LOST' as const }),
      replyBy: new Date(Date.now() + 3 * 24 * 3_600_000).toISOString(),
      crimeAreas: ['COMPUTER_CRIME'],
      purpose: 'INVESTIGATION',
      legalBasis: 'DIRECTIVE_EU_2023_977',
      recipients: { action: [{ correspondent: addressee }] },
      body: {
        question: `EXERCISE. Is this invented account known, ${random.integer(1_000_000)}?`,
        purpose: 'To identify an invented operator.',
        facts: 'EXERCISE. An invented site.',
        addresseeReason: 'The invented registrar has its seat there.',
        channel: 'DIRECT',
      },
    },
    sender,
    lane,
    variant: 0,
    expect: { audience: 'exactly', recipients: ['desk:cyber', addressee].sort(), excluded: [] },
  };
}

/** The addressee answers; an answer concerns who asked, and nobody else. */
export function composeReply(question: AcknowledgedSubmission, replier: string, random: Random): Submission {
  const { lane, sender } = question.submission;
  return joins(
    question,
    {
      ...headerOf(question, lane),
      kind: 'REPLY',
      inReplyTo: question.messageId,
      body: {
        outcome: 'NEGATIVE',
        content: `EXERCISE. Invented: nothing known, ${random.integer(1_000_000)}.`,
        accessibility: 'INDIRECT',
      },
    },
    { sender: replier, lane, expect: { audience: 'exactly', recipients: [sender], excluded: [] } },
  );
}
