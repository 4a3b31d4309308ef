import { describe, expect, it } from 'vitest';
import { delivery } from './delivery.fixture.ts';
import { itemOf, itemToJson } from './inbox-item.ts';
import { answersChallenge, challengeBody, itemBody, webhookMessageId } from './webhook-body.ts';

const place = { number: 7, deliveredAtMs: 0, recalledBy: null, withdrawn: false, sizeBytes: 0 };

describe('what a webhook says', () => {
  it('is a reference and ids, never content', () => {
    const item = itemOf(delivery({ number: 1, to: 'post:CI', text: 'a secret text' }), place);
    const body = itemBody(itemToJson(item, item.message, 'person-x'), 'https://chappe.example');
    expect(JSON.parse(body)).toEqual({
      type: 'inbox.item',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: {
        number: 7,
        messageId: item.messageId,
        reference: 'DJ-26-TEST1',
        threadId: item.threadId,
        url: `https://chappe.example/v1/inbox/${item.messageId}`,
      },
    });
  });

  it('bears an id that another webhook, or another item, does not', () => {
    const ids = [
      ['a', 'x'],
      ['a', 'y'],
      ['b', 'x'],
    ].map(([webhook = '', item = '']) => webhookMessageId(webhook, item));
    expect(new Set(ids).size).toBe(3);
    expect(webhookMessageId('a', 'x')).toBe(ids[0]);
  });
});

describe('the answer to a challenge', () => {
  it('is an object with the challenge alone; an echo of the question is none', () => {
    expect(answersChallenge('{"challenge":"c"}', 'c')).toBe(true);
    for (const wrong of [
      challengeBody('c', 0),
      '{"challenge":"d"}',
      '{"challenge":"c","type":"webhook.challenge"}',
      '"c"',
      'c',
      'null',
      '',
    ]) {
      expect([wrong, answersChallenge(wrong, 'c')]).toEqual([wrong, false]);
    }
  });
});
