import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenCorrection,
  givenDisclosure,
  givenDispatch,
  givenLead,
  givenReleaseRequest,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';
import { composeDeliveries } from './compose-deliveries.ts';

type Message = ReturnType<typeof givenLead>;

function routed(...messages: readonly Message[]): ThreadHistory {
  const history = new ThreadHistory();
  for (const message of messages) history.route([message]);
  return history;
}

/** The recalls that a decision orders, as `who about-which-message`. */
function recalls(history: ThreadHistory, message: Message, names: Record<string, Message>): string[] {
  const nameOf = (id: string | null) => Object.keys(names).find((name) => names[name]?.messageId === id);
  return history
    .decisionOn(message)
    .entries.filter(({ about }) => about !== null)
    .map(({ correspondent, role, noticeCode, about }) =>
      [correspondent, role, noticeCode, nameOf(about)].join(' '),
    );
}

const lead = givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } });
const told = givenDisclosure('post:CI', lead);
const recall = givenCancellation('post:DJ', lead);

describe('a disclosure to a local body', () => {
  it('is told to the author of the original, also by whoever got it from a desk on whose order it reports', () => {
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    const bySenegal = givenDisclosure('post:SN', lead, { inReplyTo: dispatch.messageId });
    const history = routed(lead, told, dispatch, bySenegal);
    expect(rolesIn(history.decisionOn(told))).toEqual(['post:DJ ACTION', 'post:CI SENDER']);
    expect(rolesIn(history.decisionOn(bySenegal))).toEqual([
      'desk:trafficking ACTION',
      'post:DJ ACTION',
      'post:SN SENDER',
    ]);
  });

  it('is recalled when the original is, at who told it, apart from its own copy', () => {
    const history = routed(lead, told, recall);
    expect(rolesIn(history.decisionOn(recall))).toEqual([
      'desk:trafficking ACTION',
      'post:CI ACTION',
      'post:CI NOTICE cancelled',
      'post:DJ SENDER',
    ]);
    expect(recalls(history, recall, { told })).toEqual(['post:CI NOTICE cancelled told']);
  });

  it('is recalled under its own id, so that COMPLIED can be given for it alone', () => {
    const history = routed(lead, told, recall);
    const known = history.decisions.find(({ decision }) => decision.messageId === recall.messageId);
    if (known === undefined) throw new Error('not decided');
    const notices = composeDeliveries(known, () => null).filter(({ role }) => role === 'NOTICE');
    expect(notices).toMatchObject([
      {
        correspondent: 'post:CI',
        messageId: told.messageId,
        sender: 'post:DJ',
        threadId: lead.threadId,
        notice: { code: 'cancelled', messageId: told.messageId },
      },
    ]);
  });

  it('is recalled once for each that was recorded, by whoever, the author included', () => {
    const again = givenDisclosure('post:CI', lead);
    const own = givenDisclosure('post:DJ', lead);
    const history = routed(lead, told, again, own, recall);
    expect(recalls(history, recall, { told, again, own })).toEqual([
      'post:CI NOTICE cancelled told',
      'post:CI NOTICE cancelled again',
      'post:DJ NOTICE cancelled own',
    ]);
    const ids = history.decisionOn(recall).entries.map(({ deliveryId }) => deliveryId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is recalled when it was told from a correction, and by its own record when that comes late', () => {
    const correction = givenCorrection('post:DJ', lead);
    const ofCorrection = givenDisclosure('post:CI', correction);
    const late = givenDisclosure('post:CI', lead);
    const history = routed(lead, correction, ofCorrection, recall, late);
    expect(recalls(history, recall, { ofCorrection })).toEqual(['post:CI NOTICE cancelled ofCorrection']);
    expect(recalls(history, late, { late })).toEqual(['post:CI NOTICE cancelled late']);
  });

  it('is not recalled when it was recorded by mistake, nor with another message', () => {
    const mistaken = givenCancellation('post:CI', told);
    expect(recalls(routed(lead, told, mistaken, recall), recall, {})).toEqual([]);
    const correction = givenCorrection('post:DJ', lead);
    const ofCorrection = givenCancellation('post:DJ', correction);
    expect(recalls(routed(lead, told, correction, ofCorrection), ofCorrection, {})).toEqual([]);
  });
});

describe('a request for a release', () => {
  it('reaches the originator, also from whoever got the message from a desk', () => {
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    const request = givenReleaseRequest('post:SN', lead, ['post:MA']);
    expect(rolesIn(routed(lead, dispatch, request).decisionOn(request))).toEqual([
      'post:DJ ACTION',
      'post:SN SENDER',
    ]);
  });
});
