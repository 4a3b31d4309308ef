import { type Delivery, deriveId, type Lane, laneFrom, type Message } from '@chappe/schemas';
import { type AskedTerms, askedByDispatch, askedByRequest, type Channels, earlierOf } from './asked-terms.ts';
import {
  type Deadline,
  type DeadlineCard,
  type DeadlineKind,
  type DeadlineTerms,
  reviewWithinMs,
} from './deadline.ts';
import { isRecall } from './give-receipt.ts';
import { deliveryMarkings } from './inbox-item.ts';
import { planSchedule } from './plan-schedule.ts';

/** What deadlines rest on besides the delivery. */
export interface DeadlineGrounds {
  /** The channels of the directory, whose clocks bind an answer. */
  readonly channels: Channels;
  readonly terms: DeadlineTerms;
  readonly receivedAtMs: number;
}

interface Due {
  readonly kind: DeadlineKind;
  readonly dueAtMs: number;
  readonly runsFromReceipt: boolean;
  readonly asked?: AskedTerms;
}

/**
 * What a delivery makes its holder owe. Tests owe nothing, nor do service messages: they are what reminders are
 * made of. But who held a message for information and is told to stand in about it owes what it is told.
 *
 * - A flash for action: that a person has seen it. Anything for action: that somebody takes charge.
 * - A request: an answer by the date that it sets or, if earlier, by the clock of its channel, which runs from receipt
 *   (Directive (EU) 2023/977, article 5). Dispatch: that its instruction is carried out by its date, if it has one.
 * - A recall, with content or as a bare notice, in whatever role: COMPLIED (I9).
 * - The sender's own copy of an EMERGENCY that no superior released: the review by one.
 */
export function deadlinesOf(delivery: Delivery, grounds: DeadlineGrounds): readonly Deadline[] {
  const { status } = delivery;
  if ((status !== 'ACTUAL' && status !== 'EXERCISE') || isOnlyTold(delivery)) return [];
  const card = cardOf(delivery);
  return duesOf(delivery, card.lane, grounds).map(({ kind, dueAtMs, runsFromReceipt, asked }) => ({
    deadlineId: deriveId('deadline', delivery.correspondent, delivery.messageId, kind),
    kind,
    correspondent: delivery.correspondent,
    messageId: delivery.messageId,
    status,
    startedAtMs: grounds.receivedAtMs,
    runsFromReceipt,
    card: asked === undefined ? card : { ...card, asked },
    ...planSchedule(kind, grounds.receivedAtMs, dueAtMs),
  }));
}

function duesOf(delivery: Delivery, lane: Lane, grounds: DeadlineGrounds): readonly Due[] {
  const { terms, receivedAtMs } = grounds;
  const { message, role } = delivery;
  const within = (kind: DeadlineKind, durationMs: number): Due => ({
    kind,
    dueAtMs: receivedAtMs + durationMs,
    runsFromReceipt: true,
  });
  if (role === 'SENDER') {
    const unreviewed = message?.releaseMode === 'EMERGENCY' && message.releasedBy === null;
    return unreviewed ? [within('REVIEW', reviewWithinMs)] : [];
  }
  const recall = isRecall({
    role: role === 'NOTICE' ? 'NOTICE' : 'ACTION',
    kind: delivery.kind,
    noticeCode: delivery.notice?.code ?? null,
  });
  const dues: Due[] = recall ? [within('COMPLY', terms.complyMs)] : [];
  if (role !== 'ACTION') return dues;
  if (lane === 'flash') dues.push(within('ACKNOWLEDGE', terms.flashAcknowledgeMs));
  if (recall) return dues;
  dues.push(within('TAKE_IN_CHARGE', terms.takeInChargeMs[lane]));
  if (message !== null) dues.push(...answerDue(message, grounds), ...instructionDue(message));
  return dues;
}

function answerDue(message: Message, { channels, receivedAtMs }: DeadlineGrounds): readonly Due[] {
  const asked = askedByRequest(message, channels);
  if (asked === null) return [];
  const clockAtMs = asked.withinMs === null ? null : receivedAtMs + asked.withinMs;
  const dueAtMs = earlierOf(asked.dateMs, clockAtMs);
  return dueAtMs === null ? [] : [{ kind: 'REPLY', dueAtMs, runsFromReceipt: dueAtMs === clockAtMs, asked }];
}

function instructionDue(message: Message): readonly Due[] {
  const asked = askedByDispatch(message);
  return asked?.dateMs == null
    ? []
    : [{ kind: 'CARRY_OUT', dueAtMs: asked.dateMs, runsFromReceipt: false, asked }];
}

function isOnlyTold({ kind, message }: Delivery): boolean {
  return kind === 'SERVICE' && message?.service?.code !== 'REROUTE';
}

function cardOf(delivery: Delivery): DeadlineCard {
  const { message } = delivery;
  const markings = deliveryMarkings(delivery);
  return {
    reference: message?.reference ?? null,
    exerciseId: message?.exerciseId ?? null,
    lane: laneFrom(delivery.lane),
    classification: markings.classification,
    crimeAreas: markings.crimeAreas,
    attentionPositions: markings.attentionPositions,
  };
}
