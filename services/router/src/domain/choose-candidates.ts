import { type DirectorySnapshot, matchMessage, type RuleMatch } from '@chappe/directory';
import { markingsOf, type RecipientOrigin } from '@chappe/policy';
import type { DecisionReason, Message, Recipients } from '@chappe/schemas';
import { everyHolderOf, type Holder } from './holders.ts';
import { antecedentOf, opensThread } from './message-references.ts';
import { standInsFor } from './stand-ins.ts';
import type { ThreadMemory } from './thread-memory.ts';

/** A correspondent that may get a message, before policy has been asked. */
export interface Candidate {
  readonly correspondent: string;
  readonly role: 'ACTION' | 'INFORMATION';
  readonly origin: RecipientOrigin;
  readonly reasons: readonly DecisionReason[];
}

/** What the choice rests on. */
export interface ChoiceContext {
  readonly memory: ThreadMemory;
  readonly directory: DirectorySnapshot;
  readonly nowMs: number;
}

/** A reason by its code alone; the words stand in `reason-words.ts`, not in each record. */
export function reason(
  code: string,
  ruleId: string | null = null,
  correspondent: string | null = null,
): DecisionReason {
  return { code, ruleId, text_fr: null, text_en: null, correspondent };
}

/**
 * Whom a message concerns, in the order of their codes: whom it names; whom the routing rules name; for a
 * message that follows another, whoever that one concerns; and who stands in for those of them that are
 * suspended. The sender has its own copy and is never a candidate.
 */
export function chooseCandidates(message: Message, context: ChoiceContext): readonly Candidate[] {
  const chosen = new Map<string, Candidate>();
  const all = [
    ...namedBy(message),
    ...(opensThread(message) ? [] : concernedByAntecedent(message, context)),
    ...foundByRules(message, context),
  ];
  for (const candidate of [...all, ...standIns(all, message, context)]) {
    const { correspondent } = candidate;
    if (correspondent === '' || correspondent === message.sender.correspondent) continue;
    const before = chosen.get(correspondent);
    chosen.set(correspondent, before === undefined ? candidate : merge(before, candidate));
  }
  return [...chosen.values()].sort((a, b) => (a.correspondent < b.correspondent ? -1 : 1));
}

/** The duty desk, for a message that would reach nobody. */
export function dutyDeskOf(message: Message, directory: DirectorySnapshot): Candidate | null {
  const correspondent = directory.dutyDesk;
  if (correspondent === '' || correspondent === message.sender.correspondent) return null;
  return { correspondent, role: 'ACTION', origin: 'RULE', reasons: [reason('duty-desk')] };
}

/**
 * Suspended correspondents stay candidates, so that the decision says why they got nothing. What they hold already
 * is no share to be passed on: nobody may be told of the correction of what it never got. Nor is what the sender
 * reserved for functions of theirs, which nobody else has. A stand-in was chosen by the directory, not by the sender,
 * and policy judges it as such.
 */
function standIns(
  candidates: readonly Candidate[],
  message: Message,
  { directory, nowMs }: ChoiceContext,
): Candidate[] {
  return candidates
    .filter(({ correspondent }) => directory.correspondents.get(correspondent)?.suspended === true)
    .filter(({ reasons }) => !reasons.some(({ code }) => code === 'holder-of-original'))
    .filter(({ correspondent }) => markingsOf(message, correspondent).attentionPositions === null)
    .flatMap(({ correspondent: suspended, role, reasons }) =>
      standInsFor(suspended, message, directory, nowMs).map((correspondent) => ({
        correspondent,
        role,
        origin: 'RULE' as const,
        reasons: [reason('stands-in', null, suspended), ...reasons.filter(({ ruleId }) => ruleId !== null)],
      })),
    );
}

/** A desk that a hundred rules name needs no more than these, and a record has bounds. */
const mostReasons = 20;

/** For action weighs more than for information; named weighs more than found. */
function merge(first: Candidate, second: Candidate): Candidate {
  const weight: Record<RecipientOrigin, number> = { NAMED: 2, DISPATCH: 1, RULE: 0 };
  return {
    correspondent: first.correspondent,
    role: first.role === 'ACTION' || second.role === 'ACTION' ? 'ACTION' : 'INFORMATION',
    origin: weight[second.origin] > weight[first.origin] ? second.origin : first.origin,
    reasons: [...first.reasons, ...second.reasons].slice(0, mostReasons),
  };
}

function namedBy(message: Message): Candidate[] {
  return [
    ...addressees(message.recipients),
    ...(message.dispatch === null ? [] : addressees(message.dispatch)),
  ];
}

function addressees({ action, information }: Pick<Recipients, 'action' | 'information'>): Candidate[] {
  const named = (role: Candidate['role'], code: string) => (addressee: { correspondent: string }) => ({
    correspondent: addressee.correspondent,
    role,
    origin: 'NAMED' as const,
    reasons: [reason(code)],
  });
  return [
    ...action.map(named('ACTION', 'named-for-action')),
    ...information.map(named('INFORMATION', 'named-for-information')),
  ];
}

function foundByRules(message: Message, { directory, nowMs }: ChoiceContext): Candidate[] {
  const matches = matchMessage(directory, message, { opensThread: opensThread(message), nowMs });
  return matches.flatMap((match) => {
    const found = (role: Candidate['role']) => (correspondent: string) => ({
      correspondent,
      role,
      origin: 'RULE' as const,
      reasons: [reasonOf(match)],
    });
    return [...match.action.map(found('ACTION')), ...match.information.map(found('INFORMATION'))];
  });
}

function reasonOf({ ruleId, fallback, undecided }: RuleMatch): DecisionReason {
  if (fallback) return reason('duty-desk');
  return reason(undecided ? 'rule-undecided' : 'rule', ruleId);
}

function concernedByAntecedent(message: Message, { memory }: ChoiceContext): Candidate[] {
  const antecedent = antecedentOf(message);
  const holders = [...everyHolderOf(memory, antecedent).values()];
  switch (message.kind) {
    // Whoever holds the original must learn that it is wrong or withdrawn.
    case 'CORRECTION':
    case 'CANCELLATION':
      return holders.map((holder) => asHolder(holder));
    // A dispatch names whom it is for; a holder that it does not name has nothing to do with it.
    case 'DISPATCH':
      return [];
    // The originator is asked for its permission, and told what was disclosed, whoever passed its message on.
    case 'RELEASE_REQUEST':
    case 'DISCLOSURE':
      return authorsOf([originalOf(message), antecedent], message, memory);
    default: {
      const author = memory.accepted(antecedent)?.decision.sender;
      // Adding to one's own message concerns those who hold it; anything else answers its author.
      if (author === message.sender.correspondent) return holders.map((holder) => asHolder(holder));
      return author === undefined ? [] : [answeredAuthor(author)];
    }
  }
}

function originalOf({ releaseRequest, disclosure }: Message): string | undefined {
  return (releaseRequest ?? disclosure)?.original.messageId;
}

/** The authors of some messages, other than the sender; all that hold them, when it wrote them all itself. */
function authorsOf(
  messageIds: readonly (string | undefined)[],
  { sender }: Message,
  memory: ThreadMemory,
): Candidate[] {
  const known = messageIds.flatMap((messageId) =>
    messageId === undefined ? [] : (memory.accepted(messageId) ?? []),
  );
  const authors = known.map(({ decision }) => decision.sender);
  const others = [...new Set(authors)].filter((author) => author !== sender.correspondent);
  if (others.length > 0) return others.map(answeredAuthor);
  return known.flatMap(({ decision }) =>
    [...everyHolderOf(memory, decision.messageId).values()].map(asHolder),
  );
}

function answeredAuthor(correspondent: string): Candidate {
  return { correspondent, role: 'ACTION', origin: 'NAMED', reasons: [reason('author-of-original')] };
}

/** Keeps why the holder got the original, since a change of markings may bear on it. */
function asHolder({ correspondent, role, reasonCodes }: Holder): Candidate {
  const reasons = ['holder-of-original', ...reasonCodes.filter((code) => code !== 'holder-of-original')];
  return {
    correspondent,
    role: role === 'INFORMATION' ? 'INFORMATION' : 'ACTION',
    origin: originOf(reasonCodes),
    reasons: reasons.map((code) => reason(code)),
  };
}

function originOf(reasonCodes: readonly string[]): RecipientOrigin {
  if (reasonCodes.some((code) => code.startsWith('named-') || code === 'author-of-original')) return 'NAMED';
  return reasonCodes.includes('dispatched') ? 'DISPATCH' : 'RULE';
}
