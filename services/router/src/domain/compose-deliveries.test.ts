import { renderVariant } from '@chappe/policy';
import { type Message, variantDigest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { givenCancellation, givenDispatch, givenLead, noonMs } from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { composeDeliveries } from './compose-deliveries.ts';
import type { KnownDecision } from './thread-memory.ts';

function composed(history: ThreadHistory, message: Message, erased = false) {
  const known = history.decisions.find(
    ({ decision }) =>
      decision.messageId === message.messageId && decision.requestDigest === message.requestDigest,
  );
  if (known === undefined) throw new Error('not decided');
  const kept: KnownDecision = erased ? { ...known, original: () => null } : known;
  return composeDeliveries(
    kept,
    (id) => history.decisions.find(({ decision }) => decision.messageId === id)?.original() ?? null,
  );
}

describe('the deliveries of a decision', () => {
  const lead = givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } });

  it('carry to each recipient only its variant, and to the sender its own message', () => {
    const history = new ThreadHistory();
    history.route([lead]);

    const deliveries = composed(history, lead);

    expect(deliveries.map(({ correspondent, role }) => [correspondent, role])).toEqual([
      ['desk:trafficking', 'ACTION'],
      ['post:CI', 'ACTION'],
      ['post:DJ', 'SENDER'],
    ]);
    const [first, , own] = deliveries;
    expect(own?.message).toEqual(lead);
    expect(first?.message?.submissionId).toBeNull();
    expect(first?.message?.actor).toBeNull();
    for (const { message, variantSha256 } of deliveries) {
      expect(message && variantDigest(message)).toBe(variantSha256);
    }
  });

  it('are the same when the message comes again with other times: the first copy stands', () => {
    const history = new ThreadHistory();
    history.route([lead]);
    const before = composed(history, lead);

    const again = history.route([{ ...lead, receivedAt: noonMs + 9_000 }]);

    const [known] = again.publish;
    expect(known && composeDeliveries(known, () => null)).toEqual(before);
  });

  it('tell a refused sender the code and its own messageId, nothing else', () => {
    const history = new ThreadHistory();
    const other = givenLead('post:DJ', { submissionId: lead.submissionId }, 'Another text.');
    history.route([lead, other]);

    const deliveries = composed(history, other);

    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]).toMatchObject({
      correspondent: 'post:DJ',
      role: 'NOTICE',
      message: null,
      variantId: null,
      notice: { code: 'CONFLICT', messageId: other.messageId, detailCodes: [] },
    });
  });

  it('name in a bare notice the message that its reader holds', () => {
    const history = new ThreadHistory();
    const cancellation = givenCancellation('post:DJ', lead, { classification: 'SECRET' });
    history.route([lead, cancellation]);

    const notice = composed(history, cancellation).find(({ correspondent }) => correspondent === 'post:CI');

    expect(notice).toMatchObject({
      role: 'NOTICE',
      messageId: cancellation.messageId,
      message: null,
      notice: { code: 'cancelled', messageId: lead.messageId },
    });
  });

  it('pass an original on under its own identity, before the dispatch', () => {
    const history = new ThreadHistory();
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    history.route([lead, dispatch]);

    const [original, instruction] = composed(history, dispatch);

    expect(original).toMatchObject({
      correspondent: 'post:SN',
      messageId: lead.messageId,
      requestDigest: lead.requestDigest,
      kind: 'LEAD',
      sender: 'post:DJ',
      decisionId: history.decisionOn(dispatch).decisionId,
    });
    expect(original?.message).toEqual(renderVariant(lead, original?.message?.withheld ?? []));
    expect(instruction).toMatchObject({ correspondent: 'post:SN', messageId: dispatch.messageId });
  });

  it('leave out what was erased', () => {
    const history = new ThreadHistory();
    history.route([lead]);
    expect(composed(history, lead, true)).toEqual([]);
  });
});
