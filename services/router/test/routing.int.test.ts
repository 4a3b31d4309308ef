import { setTimeout as sleep } from 'node:timers/promises';
import { messageTopic, variantDigest } from '@chappe/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenCorrection,
  givenDispatch,
  givenLead,
  givenReply,
  givenSupplement,
} from './given.ts';
import { createHarness, eventually, messageRecord, type RouterHarness } from './router-harness.ts';
import { rolesIn } from './thread-history.ts';

let router: RouterHarness;

beforeAll(async () => {
  router = await createHarness();
  await router.start({ REFERENCE_WAIT_MS: '2000', SWEEP_INTERVAL_MS: '100' });
});

afterAll(() => router?.close());

describe('a router', () => {
  it('decides, records and publishes whole: every delivery and the decision', async () => {
    const lead = givenLead('post:DJ', {
      urgency: 'FLASH',
      recipients: { information: [{ correspondent: 'post:CI' }] },
    });

    await router.post(lead);
    const decision = await router.decided(lead);

    expect(rolesIn(decision)).toEqual(['desk:trafficking ACTION', 'post:CI INFORMATION', 'post:DJ SENDER']);
    expect(decision).toMatchObject({ lane: 'flash', directoryRelease: 1, outcome: 'ACCEPTED' });
    await eventually('three deliveries', async () => router.deliveriesOf(lead).length === 3);
    const ids = decision.entries.map(({ deliveryId }) => deliveryId).sort();
    expect(
      router
        .deliveriesOf(lead)
        .map(({ deliveryId }) => deliveryId)
        .sort(),
    ).toEqual(ids);
    for (const { message, variantSha256 } of router.deliveriesOf(lead)) {
      expect(message && variantDigest(message)).toBe(variantSha256);
    }
    const stored = await router.pool.query('SELECT accepted, lane FROM decision WHERE message_id = $1', [
      lead.messageId,
    ]);
    expect(stored.rows).toEqual([{ accepted: true, lane: 'flash' }]);
  });

  it('publishes a repeated message whole again, with the ids and the content of the first copy', async () => {
    const lead = givenLead('post:DJ');
    await router.post(lead);
    const first = await router.decided(lead);
    await eventually('two deliveries', async () => router.deliveriesOf(lead).length === 2);

    await router.post({ ...lead, receivedAt: lead.receivedAt + 60_000 });

    await eventually('a second publication', async () => router.deliveriesOf(lead).length === 4);
    const published = router.deliveriesOf(lead);
    const byId = Map.groupBy(published, ({ deliveryId }) => deliveryId);
    expect(byId.size).toBe(2);
    for (const [original, repeated] of byId.values()) expect(repeated).toEqual(original);
    const again = () => router.decisions.filter(({ messageId }) => messageId === lead.messageId);
    await eventually('the decision again', async () => again().length === 2);
    expect(again()).toEqual([first, first]);
  });

  it('refuses another message under the same submission, by a notice to its sender only', async () => {
    const lead = givenLead('post:DJ');
    const other = givenLead('post:DJ', { submissionId: lead.submissionId }, 'Another text.');

    await router.post(lead, other);

    expect((await router.decided(other)).refusalCode).toBe('CONFLICT');
    const told = () => router.deliveriesOf(lead).filter(({ role }) => role === 'NOTICE');
    await eventually('a notice', async () => told().length === 1);
    expect(told()[0]).toMatchObject({
      correspondent: 'post:DJ',
      requestDigest: other.requestDigest,
      message: null,
      notice: { code: 'CONFLICT', messageId: lead.messageId, detailCodes: [] },
    });
  });

  it('never delivers to whom the sender excluded', async () => {
    const lead = givenLead('post:DJ', {
      recipients: { action: [{ correspondent: 'post:CI' }], excluded: ['desk:trafficking'] },
    });
    await router.post(lead);
    await router.decided(lead);
    await eventually('two deliveries', async () => router.deliveriesOf(lead).length === 2);
    expect(
      router
        .deliveriesOf(lead)
        .map(({ correspondent }) => correspondent)
        .sort(),
    ).toEqual(['post:CI', 'post:DJ']);
  });

  it('holds a correction that overtakes its original, and releases it with it', async () => {
    const lead = givenLead('post:DJ');
    const correction = givenCorrection('post:DJ', lead, { urgency: 'FLASH' });
    await router.post(correction);
    await eventually('the correction waits', async () => {
      const held = await router.pool.query('SELECT 1 FROM held_message WHERE message_id = $1', [
        correction.messageId,
      ]);
      return held.rowCount === 1;
    });
    expect(router.decisions.some(({ messageId }) => messageId === correction.messageId)).toBe(false);

    await router.post(lead);

    expect(rolesIn(await router.decided(correction))).toEqual(['desk:trafficking ACTION', 'post:DJ SENDER']);
    await eventually('its deliveries', async () => router.deliveriesOf(correction).length >= 2);
    await eventually('nothing is pending', async () => {
      const left = await router.pool.query(
        'SELECT 1 FROM pending_publication UNION ALL SELECT 1 FROM held_message',
      );
      return left.rowCount === 0;
    });
  });

  it('refuses what refers to nothing usable once its wait is over, and tells its sender alone', async () => {
    const lead = givenLead('post:DJ');
    await router.post(lead);
    await router.decided(lead);
    const absent = givenReply('post:CI', givenLead('post:SN'));
    const forbidden = givenReply('post:CI', lead);

    await router.post(absent, forbidden);

    for (const reply of [absent, forbidden]) {
      const decision = await router.decided(reply);
      expect(decision.refusalCode).toBe('reference-unavailable');
      await eventually('its notice', async () => router.deliveriesOf(reply).length >= 1);
      const [notice] = router.deliveriesOf(reply);
      expect(notice).toMatchObject({ correspondent: 'post:CI', role: 'NOTICE', message: null });
      expect(notice?.notice).toEqual({
        code: 'reference-unavailable',
        messageId: reply.messageId,
        detailCodes: ['inReplyTo'],
      });
    }
    expect(router.deliveriesOf(forbidden).every(({ correspondent }) => correspondent === 'post:CI')).toBe(
      true,
    );
  });

  it('passes an original on by a dispatch, reaches all its holders by a cancellation, then refuses dispatches', async () => {
    const lead = givenLead('post:DJ');
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    const cancellation = givenCancellation('post:DJ', lead, { urgency: 'FLASH' });
    const late = givenDispatch('desk:trafficking', lead, ['post:LB']);

    await router.post(lead, dispatch);
    await router.decided(dispatch);
    await router.post(cancellation);
    const cancelled = await router.decided(cancellation);
    await router.post(late);

    expect((await router.decided(late)).refusalCode).toBe('original-cancelled');
    expect(rolesIn(cancelled)).toEqual(['desk:trafficking ACTION', 'post:SN ACTION', 'post:DJ SENDER']);
    const passedOn = () =>
      router.deliveriesOf(lead).filter(({ correspondent }) => correspondent === 'post:SN');
    await eventually('the original at its addressee', async () => passedOn().length === 1);
    expect(passedOn()[0]).toMatchObject({
      kind: 'LEAD',
      sender: 'post:DJ',
      requestDigest: lead.requestDigest,
    });
    // A repeated dispatch needs the stored original to be composed again.
    await router.post(dispatch);
    await eventually('the original again', async () => passedOn().length === 2);
    expect(passedOn()[1]).toEqual(passedOn()[0]);
  });

  it('buries a poison record with its bytes, and goes on', async () => {
    const lead = givenLead('post:DJ', { urgency: 'URGENT' });
    const poison = Buffer.from('not a message');
    const key = lead.threadId;

    await router.publish([
      { topic: messageTopic('urgent'), key, value: poison },
      messageRecord(lead),
      { topic: messageTopic('urgent'), key, value: poison },
      messageRecord(givenSupplement('post:DJ', lead, { urgency: 'URGENT' })),
    ]);

    await router.decided(lead);
    await eventually('two dead letters', async () => router.deadLetters.length === 2);
    expect(router.deadLetters.map(({ topic, value }) => [topic, value.toString()])).toEqual([
      ['router.urgent.dlq.v1', 'not a message'],
      ['router.urgent.dlq.v1', 'not a message'],
    ]);
    await eventually('both decisions of the thread', async () => {
      const found = router.decisions.filter(({ threadId }) => threadId === lead.threadId);
      return found.length === 2;
    });
  });

  it('keeps the order of a thread within a lane through slices of any size', async () => {
    const lead = givenLead('post:DJ');
    const supplements = Array.from({ length: 120 }, () => givenSupplement('post:DJ', lead));
    await router.post(lead, ...supplements);
    await router.decided(supplements.at(-1) ?? lead);

    const expected = [lead, ...supplements].map(({ messageId }) => messageId);
    const inbox = () =>
      router.deliveries
        .filter((each) => each.threadId === lead.threadId && each.correspondent === 'desk:trafficking')
        .map(({ messageId }) => messageId);
    await eventually('all deliveries', async () => new Set(inbox()).size === expected.length);
    await sleep(200);
    expect([...new Set(inbox())]).toEqual(expected);
  });
});

describe('POST /v1/routing/explain', () => {
  it('says what would happen, records nothing, and asks for a right to send', async () => {
    const service = await router.start({ ROUTER_LANES: 'flash' });
    const body = {
      kind: 'LEAD',
      body: { text: 'An invented lead.' },
      urgency: 'ROUTINE',
      status: 'ACTUAL',
      crimeAreas: ['COMPUTER_CRIME'],
      submissionId: '019e830e-1a00-7000-8000-00000000abcd',
    };
    const ask = async (request: unknown, subject = 'demo-officer-post-DJ') =>
      fetch(`${service.url}/v1/routing/explain`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await router.issuer.mint({ subject })}`,
        },
        body: JSON.stringify(request),
      });

    const countDecisions = async () => (await router.pool.query('SELECT 1 FROM decision')).rowCount;
    const before = await countDecisions();

    const answer = await ask(body);

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      outcome: 'ACCEPTED',
      directoryRelease: 1,
      correspondents: [
        {
          correspondent: 'desk:cyber',
          role: 'ACTION',
          reasons: [{ code: 'rule', ruleId: 'computer-crime-to-cyber' }],
        },
        { correspondent: 'post:DJ', role: 'SENDER', withheld: [] },
      ],
    });
    expect(await countDecisions()).toBe(before);
    expect((await ask({ ...body, unheardOf: 1 })).status).toBe(400);
    expect((await ask(body, 'demo-operator')).status).toBe(403);
    await router.stop(service);
  });
});

describe('GET /v1/routing/decisions/{messageId}/why', () => {
  it('answers whoever may know, and tells nobody else a message from none', async () => {
    const service = await router.start({ ROUTER_LANES: 'flash' });
    const lead = givenLead('post:DJ', {
      recipients: { action: [{ correspondent: 'post:CI' }], excluded: ['post:CI'] },
    });
    await router.post(lead);
    await router.decided(lead);
    const ask = async (messageId: string, correspondent: string, subject: string) => {
      const path = `/v1/routing/decisions/${messageId}/why?correspondent=${correspondent}`;
      const response = await fetch(`${service.url}${path}`, {
        headers: { authorization: `Bearer ${await router.issuer.mint({ subject })}` },
      });
      const { traceId: _, ...body } = (await response.json()) as Record<string, unknown>;
      return { status: response.status, body };
    };

    const sender = await ask(lead.messageId, 'post:CI', 'demo-officer-post-DJ');
    expect(sender).toMatchObject({
      status: 200,
      body: {
        seenFrom: 'SENDER',
        answer: 'NOT_SERVED',
        reasons: [{ code: 'excluded.sender-excluded', en: expect.any(String), fr: expect.any(String) }],
      },
    });
    const desk = await ask(lead.messageId, 'post:CI', 'demo-officer-desk-trafficking');
    expect(desk).toMatchObject({ status: 200, body: { seenFrom: 'COPY', answer: 'SPOKEN_FOR' } });
    expect(JSON.stringify(desk.body)).not.toContain('excluded');

    const forbidden = await ask(lead.messageId, 'post:CI', 'demo-officer-post-SN');
    const absent = await ask(givenLead('post:DJ').messageId, 'post:CI', 'demo-officer-post-SN');
    expect(forbidden.status).toBe(404);
    expect(forbidden).toEqual(absent);
    expect((await ask(lead.messageId, 'post:CI', 'demo-operator')).status).toBe(404);
    expect((await ask(lead.messageId, 'POST', 'demo-officer-post-DJ')).status).toBe(400);
    await router.stop(service);
  });
});
