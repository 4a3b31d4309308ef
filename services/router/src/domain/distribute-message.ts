import type { DecisionDenial, Message } from '@chappe/schemas';
import {
  type Candidate,
  type ChoiceContext,
  chooseCandidates,
  dutyDeskOf,
  reason,
} from './choose-candidates.ts';
import type { BareNotice, Distributed, Distribution, NoticeCode, Refusal } from './compose-decision.ts';
import { disclosuresOf } from './disclosures.ts';
import { distributeReroute } from './distribute-reroute.ts';
import { denial, type Entitled, entitleCandidates } from './entitle-candidates.ts';
import { holdersOf, isCancelled } from './holders.ts';
import { judgeFollowUp } from './judge-follow-up.ts';
import { isReroute, subjectOf } from './message-references.ts';
import { releasesOf, releasesOfCorrected, underThirdPartyRule } from './partner-information.ts';
import type { Releases } from './released-correspondents.ts';

const nobody: Releases = new Map();

/**
 * Judges what a follow-up does, chooses who is concerned, asks policy about each, and makes sure that the message
 * reaches somebody.
 */
export function distributeMessage(message: Message, context: ChoiceContext): Distributed {
  if (isReroute(message)) return distributeReroute(message, context);
  const fault = judgeFollowUp(message, context);
  if (fault !== null) return refusal(fault);
  const candidates = chooseCandidates(message, context);
  if (message.kind === 'DISPATCH') return distributeDispatch(message, candidates, context);
  const { memory, directory, nowMs } = context;
  const judged = underThirdPartyRule(message, memory);
  const released = releasesOfCorrected(message, memory, nowMs);
  const { entitled, denied } = entitleCandidates(candidates, judged, directory, released);
  const notices = bareNotices(message, candidates, denied);
  const noticed = new Set(notices.map(({ correspondent }) => correspondent));
  const distribution: Distribution = {
    entitled,
    notices,
    denied: denied.filter(({ correspondent }) => !noticed.has(correspondent)),
    passedOn: null,
  };
  const reached: Distributed =
    entitled.length + notices.length > 0
      ? { distributed: true, distribution }
      : fallBackOnDutyDesk(message, distribution, context);
  return reached.distributed ? { ...reached, distribution: withRecalls(message, reached, context) } : reached;
}

function refusal({ code, places = [], denied = [] }: Pick<Refusal, 'code'> & Partial<Refusal>): Distributed {
  return { distributed: false, code, places, denied };
}

/** Adds the recalls that are owed for what was told to local bodies, whichever came first, telling or recall. */
function withRecalls(
  message: Message,
  { distribution }: { readonly distribution: Distribution },
  { memory }: ChoiceContext,
): Distribution {
  const recalls = recalledDisclosures(message, memory).map(
    ([correspondent, about]): BareNotice => ({
      correspondent,
      code: 'cancelled',
      reasons: [reason('disclosed')],
      about,
    }),
  );
  return { ...distribution, notices: [...distribution.notices, ...recalls] };
}

function recalledDisclosures(
  message: Message,
  memory: ChoiceContext['memory'],
): readonly (readonly [discloser: string, disclosure: string])[] {
  if (message.kind === 'CANCELLATION') {
    return disclosuresOf(memory, message.cancels ?? '').map(
      ({ decision }) => [decision.sender, decision.messageId] as const,
    );
  }
  const late = message.kind === 'DISCLOSURE' && isCancelled(memory, subjectOf(message) ?? '');
  return late ? [[message.sender.correspondent, message.messageId]] : [];
}

/** A lead that nobody else gets is still somebody's business, unless its sender said otherwise. */
function fallBackOnDutyDesk(message: Message, reached: Distribution, context: ChoiceContext): Distributed {
  const desk = dutyDeskOf(message, context.directory);
  const fallback = entitleCandidates(desk === null ? [] : [desk], message, context.directory, nobody);
  const known = new Set(reached.denied.map(({ correspondent }) => correspondent));
  const denied = [
    ...reached.denied,
    ...fallback.denied.filter(({ correspondent }) => !known.has(correspondent)),
  ];
  if (fallback.entitled.length === 0) return refusal({ code: 'no-recipient', denied });
  return { distributed: true, distribution: { ...reached, denied, entitled: fallback.entitled } };
}

/** Whoever holds a message learns that it was corrected or cancelled, even if it may not read how. */
function bareNotices(
  message: Message,
  candidates: readonly Candidate[],
  denied: readonly DecisionDenial[],
): Distribution['notices'] {
  const code = noticeCodeOf(message);
  if (code === null) return [];
  const holders = new Set(
    candidates
      .filter(({ reasons }) => reasons.some((each) => each.code === 'holder-of-original'))
      .map(({ correspondent }) => correspondent),
  );
  return denied
    .filter(({ correspondent }) => holders.has(correspondent))
    .map(({ correspondent, reasons }) => ({ correspondent, code, reasons, about: null }));
}

function noticeCodeOf({ kind }: Message): NoticeCode | null {
  if (kind === 'CORRECTION') return 'corrected';
  return kind === 'CANCELLATION' ? 'cancelled' : null;
}

/**
 * An addressee of a dispatch gets the original's variant under its own messageId, unless it holds it
 * already, then the dispatch. Who may not have the one does not get the other either: an instruction
 * about a message that its reader does not hold would tell of it.
 */
function distributeDispatch(
  message: Message,
  candidates: readonly Candidate[],
  { memory, directory, nowMs }: ChoiceContext,
): Distributed {
  const subjectId = subjectOf(message) ?? '';
  const places = ['body/original'];
  if (isCancelled(memory, subjectId)) return refusal({ code: 'original-cancelled', places });
  const original = memory.accepted(subjectId)?.original() ?? null;
  if (original === null) return refusal({ code: 'reference-unavailable', places });
  const holders = holdersOf(memory, subjectId);
  const instructed = entitleCandidates(candidates, message, directory, nobody);
  const newcomers = instructed.entitled
    .map(({ candidate }) => candidate)
    .filter(({ correspondent }) => !holders.has(correspondent))
    .map((candidate) => ({
      ...candidate,
      origin: 'DISPATCH' as const,
      reasons: [reason('dispatched'), ...candidate.reasons.filter(({ code }) => code === 'stands-in')],
    }));
  const released = releasesOf(original, memory, nowMs);
  const passedOn = entitleCandidates(newcomers, underThirdPartyRule(original, memory), directory, released);
  const refused = new Set(passedOn.denied.map(({ correspondent }) => correspondent));
  const entitled: Entitled[] = [];
  const denied = [...instructed.denied];
  for (const each of instructed.entitled) {
    if (!refused.has(each.candidate.correspondent)) entitled.push(each);
  }
  for (const { correspondent, reasons } of passedOn.denied) {
    const candidate = candidates.find((each) => each.correspondent === correspondent);
    if (candidate !== undefined) denied.push(denial(candidate, reasons[0]?.code ?? 'dispatched'));
  }
  if (entitled.length === 0) return refusal({ code: 'no-recipient', denied });
  return {
    distributed: true,
    distribution: { entitled, notices: [], denied, passedOn: { original, entitled: passedOn.entitled } },
  };
}
