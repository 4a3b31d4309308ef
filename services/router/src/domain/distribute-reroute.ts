import { markingsOf } from '@chappe/policy';
import type { DecisionReason, Message } from '@chappe/schemas';
import { type Candidate, type ChoiceContext, reason } from './choose-candidates.ts';
import type { BareNotice, Distributed } from './compose-decision.ts';
import { copiesOf } from './copies-of.ts';
import { denial, type Entitled, type Entitlements, entitleCandidates } from './entitle-candidates.ts';
import { everyHolderOf, holdersOf, isCancelled } from './holders.ts';
import { mayReroute } from './may-reroute.ts';
import { antecedentOf, subjectOf } from './message-references.ts';
import { releasesOf, underThirdPartyRule } from './partner-information.ts';
import { standInsFor } from './stand-ins.ts';
import type { ThreadMemory } from './thread-memory.ts';

/**
 * Who gets, in place of a suspended correspondent, what it holds for action. Whoever stands in gets the original's
 * variant under its own messageId, unless it holds it already, then the order itself, which says for whom. All of it
 * is judged by the directory of now: that the correspondent is suspended still, who stands in, and what policy lets
 * each of them have of the original.
 */
export function distributeReroute(message: Message, context: ChoiceContext): Distributed {
  const { memory, directory, nowMs } = context;
  if (!mayReroute(message, directory, nowMs)) return refusal('reroute-by-service', 'body/code');
  const subjectId = subjectOf(message) ?? '';
  const suspended = message.recipients.action[0]?.correspondent ?? '';
  if (directory.correspondents.get(suspended)?.suspended !== true) {
    return refusal('not-suspended', 'recipients/action');
  }
  if (isCancelled(memory, subjectId)) return refusal('original-cancelled', 'body/about');
  const original = memory.accepted(subjectId)?.original() ?? null;
  const share = shareOf(memory, subjectId, suspended);
  if (original === null || share === null || (original.expiresAt ?? Number.POSITIVE_INFINITY) <= nowMs) {
    return refusal('nothing-to-reroute', 'body/about');
  }
  // What the sender reserved for functions of the suspended correspondent is nobody else's.
  if (markingsOf(original, suspended).attentionPositions !== null) {
    return refusal('reserved-for-positions', 'body/about');
  }
  return passOn(message, original, { suspended, reasons: share }, context);
}

/** What a correspondent is to be represented in: who it is, and why it was given the message. */
interface Share {
  readonly suspended: string;
  readonly reasons: readonly DecisionReason[];
}

function passOn(message: Message, original: Message, share: Share, context: ChoiceContext): Distributed {
  const { memory, directory, nowMs } = context;
  const { messageId } = original;
  const holders = holdersOf(memory, messageId);
  const judged = underThirdPartyRule(original, memory);
  const released = releasesOf(original, memory, nowMs);
  const judge = (codes: readonly string[]): Entitlements => {
    const candidates = admitted(codes, original, share, memory).map((code) => candidateOf(code, share));
    return entitleCandidates(candidates, judged, directory, released);
  };
  const nearest = judge(standInsFor(share.suspended, original, directory, nowMs));
  const { entitled: chosen, denied } =
    nearest.entitled.length > 0 ? nearest : joined(nearest, judge([directory.dutyDesk]));
  const told = entitleCandidates(
    chosen.map(({ candidate: { correspondent } }) => ({
      ...candidateOf(correspondent, share),
      role: holders.get(correspondent)?.role === 'INFORMATION' ? 'ACTION' : 'INFORMATION',
    })),
    message,
    directory,
    new Map(),
  );
  const served = new Set(told.entitled.map(({ candidate }) => candidate.correspondent));
  const newcomers = chosen.filter(
    ({ candidate: { correspondent } }) => served.has(correspondent) && !holders.has(correspondent),
  );
  const absent = denial(
    { ...candidateOf(share.suspended, share), reasons: [reason('named-for-action')] },
    'grant.suspended',
  );
  const everyDenied = [absent, ...denied, ...told.denied];
  if (served.size === 0) {
    return { distributed: false, code: 'no-recipient', places: ['body/about'], denied: everyDenied };
  }
  return {
    distributed: true,
    distribution: {
      entitled: told.entitled,
      notices: correctionNotices(newcomers, messageId, memory),
      denied: everyDenied,
      passedOn: { original, entitled: newcomers },
    },
  };
}

function refusal(
  code:
    | 'reroute-by-service'
    | 'not-suspended'
    | 'original-cancelled'
    | 'nothing-to-reroute'
    | 'reserved-for-positions',
  place: string,
): Distributed {
  return { distributed: false, code, places: [place], denied: [] };
}

/**
 * Why a correspondent has a message for action; null when it has not. One that held it for information when it was
 * asked to stand in was told so, for action, by that order.
 */
function shareOf(
  memory: ThreadMemory,
  messageId: string,
  correspondent: string,
): readonly DecisionReason[] | null {
  const orders = memory.followUps(messageId, 'SERVICE').flatMap(({ decision }) => decision.entries);
  const entries = [...[...copiesOf(memory, messageId)].map(({ entry }) => entry), ...orders];
  const own = entries.find((entry) => entry.correspondent === correspondent && entry.role === 'ACTION');
  return own?.reasons ?? null;
}

/**
 * Its sender has its own copy. What a correspondent was given only because it held an earlier message says little, and
 * too much, to whoever does not hold that one: it goes to those alone who have part in the thread.
 */
function admitted(
  codes: readonly string[],
  original: Message,
  { suspended, reasons }: Share,
  memory: ThreadMemory,
): readonly string[] {
  const others = [...new Set(codes)].filter(
    (code) => code !== '' && code !== suspended && code !== original.sender.correspondent,
  );
  if (!reasons.some(({ code }) => code === 'holder-of-original')) return others;
  const earlier = [antecedentOf(original), original.threadId];
  return others.filter((code) => earlier.some((messageId) => holdersOf(memory, messageId).has(code)));
}

/** A stand-in for a stand-in stands in for both. */
const kept: readonly string[] = ['stands-in', 'dispatched'];
const mostReasons = 20;

/** Chosen by the directory, not by the sender: policy judges a stand-in like whom a rule or a desk chose. */
function candidateOf(correspondent: string, { suspended, reasons }: Share): Candidate {
  const inherited = reasons.filter(({ code, ruleId }) => kept.includes(code) || ruleId !== null);
  return {
    correspondent,
    role: 'ACTION',
    origin: reasons.some(({ code }) => code === 'dispatched') ? 'DISPATCH' : 'RULE',
    reasons: [reason('stands-in', null, suspended), ...inherited].slice(0, mostReasons),
  };
}

/** Whoever now gets what was corrected meanwhile learns that it was, as those did who held it then. */
function correctionNotices(
  newcomers: readonly Entitled[],
  messageId: string,
  memory: ThreadMemory,
): readonly BareNotice[] {
  const corrections = memory.followUps(messageId, 'CORRECTION');
  return newcomers
    .filter(({ candidate: { correspondent } }) =>
      corrections.some(({ decision }) => !everyHolderOf(memory, decision.messageId).has(correspondent)),
    )
    .map(({ candidate: { correspondent, reasons } }) => ({
      correspondent,
      code: 'corrected',
      reasons,
      about: null,
    }));
}

function joined(first: Entitlements, second: Entitlements): Entitlements {
  const known = new Set(first.denied.map(({ correspondent }) => correspondent));
  return {
    entitled: second.entitled,
    denied: [...first.denied, ...second.denied.filter(({ correspondent }) => !known.has(correspondent))],
  };
}
