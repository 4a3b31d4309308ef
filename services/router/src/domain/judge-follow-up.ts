import { type DirectorySnapshot, grantsInForce } from '@chappe/directory';
import type { Role } from '@chappe/policy';
import type { Message } from '@chappe/schemas';
import { isCancelled } from './holders.ts';
import { leadDeskOf } from './lead-desk.ts';
import type { ThreadMemory } from './thread-memory.ts';

/** What a follow-up may not do although its sender may refer to what it refers to. Stable codes. */
export type FollowUpFaultCode =
  | 'not-cancellable'
  | 'original-cancelled'
  | 'correction-of-other-kind'
  | 'extension-not-later'
  | 'not-lead-desk'
  | 'review-by-superior'
  | 'nothing-to-review';

/** What is amiss, and where. */
export interface FollowUpFault {
  readonly code: FollowUpFaultCode;
  readonly places: readonly string[];
}

/** What the judgement rests on. */
export interface FollowUpContext {
  readonly memory: ThreadMemory;
  readonly directory: DirectorySnapshot;
  readonly nowMs: number;
}

/**
 * Judges a message whose references hold by what its kind may do to them. Its sender holds all that the answer
 * speaks of, so telling it what is amiss tells it nothing new.
 */
export function judgeFollowUp(message: Message, context: FollowUpContext): FollowUpFault | null {
  const { memory } = context;
  switch (message.kind) {
    case 'CANCELLATION':
      // What was withdrawn cannot be given back: its holders may have deleted it. It is sent anew.
      return kindOf(memory, message.cancels) === 'CANCELLATION' ? fault('not-cancellable', 'cancels') : null;
    case 'CORRECTION':
      return judgeCorrection(message, memory);
    case 'REPLY':
      return judgeExtension(message, memory);
    case 'CLOSURE':
      return leadDeskOf(memory, message.threadId, context.directory) === message.sender.correspondent
        ? null
        : fault('not-lead-desk', 'kind');
    case 'RELEASE':
      return judgeReview(message, context);
    default:
      return null;
  }
}

/**
 * The corrected body is of the original's kind, or a lead could become an order to dispatch it. What is withdrawn is
 * not told again in other words, as it is not dispatched: a cancellation has to reach whoever ever got it (I9). Lanes
 * are independent, so a correction that a cancellation overtook is refused too; its sender wrote both.
 */
function judgeCorrection(message: Message, memory: ThreadMemory): FollowUpFault | null {
  if (isCancelled(memory, message.supersedes ?? '')) return fault('original-cancelled', 'supersedes');
  const original = memory.accepted(message.supersedes ?? '')?.original() ?? null;
  return original === null || bodyFieldOf(original) === bodyFieldOf(message)
    ? null
    : fault('correction-of-other-kind', `body/${bodyFieldOf(message) ?? ''}`);
}

const correctableBodies = [
  'lead',
  'supplement',
  'informationRequest',
  'reply',
  'dispatch',
  'disclosure',
  'closure',
] as const;

/** The body that a message carries, or that it corrects; undefined for a kind that cannot be corrected. */
function bodyFieldOf(message: Message): string | undefined {
  const bodies = message.correction ?? message;
  return correctableBodies.find((name) => bodies[name] !== null);
}

function judgeExtension({ reply, inReplyTo }: Message, memory: ThreadMemory): FollowUpFault | null {
  const dueAt = memory.accepted(inReplyTo ?? '')?.original()?.replyBy ?? null;
  const newReplyBy = reply?.newReplyBy ?? null;
  return dueAt !== null && newReplyBy !== null && newReplyBy <= dueAt
    ? fault('extension-not-later', 'body/newReplyBy')
    : null;
}

const superiors: readonly Role[] = ['releaser', 'desk-head'];

/**
 * A RELEASE for nobody is a superior's review of what left in an emergency: whether the correspondent stands
 * behind it. The reviewer is another person than the writer, and answers for the correspondent.
 */
function judgeReview(message: Message, { memory, directory, nowMs }: FollowUpContext): FollowUpFault | null {
  const { release, actor, sender } = message;
  if (release === null || release.releaseTo.length > 0) return null;
  const original = memory.accepted(release.original.messageId)?.original() ?? null;
  if (original?.releaseMode !== 'EMERGENCY' || original.releasedBy !== null) {
    return release.granted ? fault('nothing-to-review', 'body/original') : null;
  }
  const holder = { kind: 'PERSON', id: actor ?? '', suspended: false } as const;
  const isSuperior = grantsInForce(directory, holder, nowMs).some(
    ({ correspondent, role }) =>
      correspondent === sender.correspondent && superiors.some((superior) => superior === role),
  );
  return isSuperior && actor !== original.actor ? null : fault('review-by-superior', 'body/original');
}

function fault(code: FollowUpFaultCode, place: string): FollowUpFault {
  return { code, places: [place] };
}

function kindOf(memory: ThreadMemory, messageId: string | null): Message['kind'] | undefined {
  return messageId === null ? undefined : memory.accepted(messageId)?.decision.kind;
}
