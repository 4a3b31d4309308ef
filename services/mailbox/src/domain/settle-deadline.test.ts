import { describe, expect, it } from 'vitest';
import { changed, reply } from './deadline.fixture.ts';
import { delivery, original } from './delivery.fixture.ts';
import { endedByReceipt, settlementOf } from './settle-deadline.ts';

const nowMs = Date.UTC(2026, 0, 5);
const asked = original({ number: 1 }).messageId;
const own = { number: 2, to: 'post:CI', threadId: asked };

describe('a reply of the holder', () => {
  it.each(['FULL', 'PARTIAL', 'NEGATIVE', 'REFUSED'] as const)('%s fulfils what it answers', (outcome) => {
    expect(settlementOf(reply(own, asked, outcome))).toEqual({
      correspondent: 'post:CI',
      messageId: asked,
      cause: 'REPLIED',
    });
  });

  it('EXTENSION fulfils nothing', () => {
    expect(settlementOf(reply(own, asked, 'EXTENSION', nowMs))).toBeNull();
  });

  it('settles nothing for whoever merely receives it, nor with an outcome that is not known', () => {
    const answer = reply(own, asked, 'FULL');
    expect(settlementOf({ ...answer, role: 'ACTION', correspondent: 'post:DJ' })).toBeNull();
    expect(settlementOf(reply(own, asked, 'UNKNOWN'))).toBeNull();
  });
});

describe('a recall', () => {
  const cancels = { messageId: asked, action: 'STOP_USE' as const };

  it.each(['ACTION', 'INFORMATION'] as const)('received as %s ends what it recalls', (role) => {
    expect(settlementOf(delivery({ ...own, role, cancels }))).toMatchObject({
      messageId: asked,
      cause: 'CANCELLED',
    });
  });

  it('received as a bare notice ends what the notice names; another notice ends nothing', () => {
    const notice = delivery({ ...own, role: 'NOTICE', noticeCode: 'cancelled' });
    const card = { code: 'cancelled', messageId: asked, detailCodes: [] };
    expect(settlementOf({ ...notice, notice: card })).toMatchObject({ messageId: asked });
    expect(settlementOf({ ...notice, notice: { ...card, code: 'corrected' } })).toBeNull();
  });

  it('sent by the correspondent itself ends nothing of its own', () => {
    expect(settlementOf(delivery({ ...own, sender: 'post:CI', role: 'SENDER', cancels }))).toBeNull();
  });
});

it('a release for nobody is the review of what left as EMERGENCY; one for somebody is not', () => {
  const release = (releaseTo: string[]) =>
    changed(
      { ...own, sender: 'post:CI', role: 'SENDER' },
      {
        kind: 'RELEASE',
        lead: null,
        inReplyTo: asked,
        release: {
          original: { messageId: asked, reference: null, requestDigest: null },
          granted: true,
          releaseTo,
          purpose: null,
          conditions: null,
          validUntil: null,
        },
      },
    );
  expect(settlementOf(release([]))).toMatchObject({ messageId: asked, cause: 'REVIEWED' });
  expect(settlementOf(release(['partner:example-agency']))).toBeNull();
});

it('a lead settles nothing', () => {
  expect(settlementOf(changed(own, {}))).toBeNull();
});

it('receipts end more the further they go, and only COMPLIED ends COMPLY', () => {
  const chain = [
    endedByReceipt('READ', false),
    endedByReceipt('TAKEN_IN_CHARGE', false),
    endedByReceipt('REJECTED', false),
    endedByReceipt('COMPLIED', false),
  ];
  for (const [index, ended] of chain.entries())
    expect(ended).toEqual(expect.arrayContaining([...(chain[index - 1] ?? [])]));
  expect(chain.filter((ended) => ended.includes('COMPLY'))).toHaveLength(1);
  expect(chain.flat()).not.toContain('REVIEW');
  expect(endedByReceipt('TRANSFERRED', false)).toEqual(['ACKNOWLEDGE']);
  expect(endedByReceipt('TRANSFERRED', true)).toEqual(['ACKNOWLEDGE', 'TAKE_IN_CHARGE']);
});
