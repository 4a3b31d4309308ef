import type { DirectorySnapshot } from '@chappe/directory';
import { decide, messageResource, renderVariant, type Subject } from '@chappe/policy';
import type { Decision, DecisionReason, Message } from '@chappe/schemas';
import { chooseCandidates, reason } from './choose-candidates.ts';
import { entitleCandidates } from './entitle-candidates.ts';
import { type ExplainedReason, explainReason } from './explain-reason.ts';
import { copyHeldBy, isCancelled } from './holders.ts';
import { isKnownToSender } from './known-to-sender.ts';
import { noRecords, ThreadMemory } from './thread-memory.ts';
import { standInsKnownWith, whoStoodIn } from './who-stood-in.ts';

/** Who asks of which message why a correspondent did not get it, or why it did. */
export interface AbsenceQuestion {
  readonly messageId: string;
  readonly correspondent: string;
  readonly subject: Subject;
  readonly nowMs: number;
}

/**
 * The answer. To the sender, of its own decision: SERVED, NOTICED (of a follow-up that it may not read), NOT_SERVED
 * though named, NOT_CONCERNED, REFUSED to all. To a desk that holds a copy, of what its copy shows, under the
 * directory of now: something is SPOKEN_FOR or RESTRICTED, or NOT_CONCERNED.
 */
export interface Absence {
  readonly messageId: string;
  readonly correspondent: string;
  readonly seenFrom: 'SENDER' | 'COPY';
  readonly answer:
    | 'SERVED'
    | 'NOTICED'
    | 'NOT_SERVED'
    | 'NOT_CONCERNED'
    | 'REFUSED'
    | 'SPOKEN_FOR'
    | 'RESTRICTED';
  readonly role: string | null;
  readonly directoryRelease: number;
  readonly reasons: readonly ExplainedReason[];
}

type Answered = Pick<Absence, 'answer' | 'role'> & { readonly reasons: readonly DecisionReason[] };

const notConcerned: Answered = { answer: 'NOT_CONCERNED', role: null, reasons: [reason('not-concerned')] };

/**
 * "Why did X not get this?", or null to whom the message is absent or closed, without a difference.
 *
 * The sender is told what its own decision says, of those whom it may know: whom it named or excluded itself, and
 * whom the message reached by its own decision. That a rule speaks for somebody whom policy withholds, and to whom
 * a desk passed it on, looks like nothing at all. Whoever holds a copy is answered from that copy and the directory
 * alone, never from the decision: what the copy does not show (exclusions) can then not be told from its absence.
 */
export function explainAbsence(
  question: AbsenceQuestion,
  memory: ThreadMemory,
  directory: DirectorySnapshot,
): Absence | null {
  const { messageId, correspondent, subject } = question;
  const known = memory.accepted(messageId);
  const tell = (
    seenFrom: Absence['seenFrom'],
    directoryRelease: number,
    { answer, role, reasons }: Answered,
  ): Absence => ({
    messageId,
    correspondent,
    seenFrom,
    answer,
    role,
    directoryRelease,
    reasons: reasons.map((each) => explainReason(each, directory)),
  });
  if (known === undefined) {
    const refused = memory.copies(messageId).at(-1)?.decision;
    if (refused === undefined || refused.sender !== subject.correspondent) return null;
    return tell('SENDER', refused.directoryRelease, refusalOf(refused));
  }
  const { decision } = known;
  const original = known.original();
  if (original === null) return null;
  if (decision.sender === subject.correspondent) {
    const relation = original.actor === subject.id ? 'SENDER' : 'COLLEAGUE';
    if (!mayAsk(question, original, relation)) return null;
    return tell('SENDER', decision.directoryRelease, askSender(correspondent, decision, original, memory));
  }
  const held = isCancelled(memory, messageId) ? null : copyHeldBy(memory, messageId, subject.correspondent);
  if (held === null) return null;
  const copy = renderVariant(original, held.withheld);
  if (!mayAsk(question, copy, held.role)) return null;
  return tell('COPY', directory.release, askCopy(correspondent, copy, directory, question.nowMs));
}

function mayAsk(
  { subject, nowMs }: AbsenceQuestion,
  message: Message,
  relation: 'SENDER' | 'COLLEAGUE' | 'ACTION' | 'INFORMATION',
): boolean {
  const resource = messageResource(message, subject.correspondent, relation);
  return decide(subject, 'routing.why', resource, { nowMs }).effect === 'allow';
}

function refusalOf({ refusalCode }: Decision): Answered {
  return { answer: 'REFUSED', role: null, reasons: [reason(refusalCode ?? 'unknown')] };
}

function askSender(
  correspondent: string,
  decision: Decision,
  original: Message,
  memory: ThreadMemory,
): Answered {
  const known = decision.entries.filter(({ reasons }) => isKnownToSender(decision, reasons));
  const standIns = standInsKnownWith(
    whoStoodIn(memory, decision.messageId),
    known.map((each) => each.correspondent),
  );
  const takenOver = standIns
    .filter(({ suspended }) => suspended === correspondent)
    .map((each) => reason('rerouted', null, each.correspondent));
  const served = known.filter((entry) => entry.correspondent === correspondent);
  const entry = served.find(({ noticeCode }) => noticeCode === null) ?? served[0];
  if (entry !== undefined) {
    const { noticeCode, role, reasons } = entry;
    return { answer: noticeCode === null ? 'SERVED' : 'NOTICED', role, reasons: [...reasons, ...takenOver] };
  }
  const standIn = standIns.find((each) => each.correspondent === correspondent);
  if (standIn !== undefined) {
    return { answer: 'SERVED', role: 'ACTION', reasons: [...standIn.reasons, ...takenOver] };
  }
  if (original.recipients.excluded.includes(correspondent)) {
    return { answer: 'NOT_SERVED', role: null, reasons: [reason('excluded.sender-excluded')] };
  }
  const denied = decision.denied.find((each) => each.correspondent === correspondent);
  const named = denied?.reasons.some(({ code }) => code.startsWith('named-')) === true;
  return denied !== undefined && named
    ? { answer: 'NOT_SERVED', role: null, reasons: denied.reasons }
    : notConcerned;
}

function askCopy(
  correspondent: string,
  copy: Message,
  directory: DirectorySnapshot,
  nowMs: number,
): Answered {
  const memory = new ThreadMemory(noRecords);
  const candidate = chooseCandidates(copy, { memory, directory, nowMs }).find(
    (each) => each.correspondent === correspondent,
  );
  if (candidate === undefined) return notConcerned;
  const { entitled, denied } = entitleCandidates([candidate], copy, directory, new Map());
  const [refused] = denied;
  return entitled.length > 0 || refused === undefined
    ? { answer: 'SPOKEN_FOR', role: candidate.role, reasons: candidate.reasons }
    : { answer: 'RESTRICTED', role: null, reasons: refused.reasons };
}
