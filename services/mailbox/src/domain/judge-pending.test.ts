import { messageFromJson, messageToJson } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { original } from './delivery.fixture.ts';
import { followsUp, isPending, type JudgedItem, judgePending } from './judge-pending.ts';

const nowMs = Date.UTC(2026, 0, 3);
const message = original({ number: 1 });
const item: JudgedItem = {
  role: 'ACTION',
  kind: 'LEAD',
  status: 'ACTUAL',
  stage: 'DELIVERED',
  recalled: false,
  withdrawn: false,
  message,
  companionActedOn: false,
  answered: false,
  closed: false,
};
const order = messageFromJson({
  ...messageToJson(original({ number: 2 })),
  kind: 'SERVICE',
  body: { code: 'REROUTE', about: { messageId: message.messageId } },
});
const reminder = messageFromJson({
  ...messageToJson(original({ number: 3 })),
  kind: 'SERVICE',
  body: { code: 'REMINDER', about: { messageId: message.messageId } },
});

describe('what a suspended correspondent has not acted on', () => {
  it.each<[string, Partial<JudgedItem>, boolean]>([
    ['untouched', {}, true],
    ['only read', { stage: 'READ' }, true],
    ['in an exercise', { status: 'EXERCISE' }, true],
    ['in charge of somebody', { stage: 'TAKEN_IN_CHARGE' }, false],
    ['handed over', { stage: 'TRANSFERRED' }, false],
    ['rejected', { stage: 'REJECTED' }, false],
    ['complied with', { stage: 'COMPLIED' }, false],
    ['for information', { role: 'INFORMATION' }, false],
    ['a notice', { role: 'NOTICE' }, false],
    ['recalled', { recalled: true }, false],
    ['withdrawn', { withdrawn: true }, false],
    ['a recall', { kind: 'CANCELLATION' }, false],
    ['a test', { status: 'TEST' }, false],
  ])('%s: %o is pending: %s', (_what, change, pending) => {
    expect(isPending({ ...item, ...change })).toBe(pending);
    expect(judgePending({ ...item, ...change }, nowMs).reroute).toBe(pending);
  });

  it.each<[Partial<JudgedItem>, string]>([
    [{ recalled: true }, 'RECALLED'],
    [{ withdrawn: true, message: null }, 'RECALLED'],
    [{ stage: 'TAKEN_IN_CHARGE' }, 'ACTED_ON'],
    [{ companionActedOn: true }, 'ACTED_ON'],
    [{ message: null }, 'NO_MATTER'],
    [{ message: { ...message, expiresAt: nowMs } }, 'EXPIRED'],
    [{ answered: true }, 'ANSWERED'],
    [{ closed: true }, 'CLOSED'],
    [{ kind: 'SERVICE', message: reminder }, 'NO_MATTER'],
  ])('%o stays where it is: %s', (change, because) => {
    expect(judgePending({ ...item, ...change }, nowMs)).toEqual({ reroute: false, because });
  });

  it('is passed on itself or, where it is an order to stand in, what that was about', () => {
    const due = { ...message, expiresAt: nowMs + 1 };
    expect(judgePending({ ...item, message: due }, nowMs)).toEqual({
      reroute: true,
      aboutId: message.messageId,
    });
    expect(judgePending({ ...item, kind: 'SERVICE', message: order }, nowMs)).toEqual({
      reroute: true,
      aboutId: message.messageId,
    });
  });

  it('goes after the rest of its thread where it only changes that', () => {
    expect(['LEAD', 'REPLY', 'DISPATCH', 'INFORMATION_REQUEST'].some(followsUp)).toBe(false);
    expect(['CORRECTION', 'SUPPLEMENT', 'SERVICE'].every(followsUp)).toBe(true);
  });
});
