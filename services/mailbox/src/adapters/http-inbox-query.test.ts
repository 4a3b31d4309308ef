import type { Subject } from '@chappe/policy';
import { Problem } from '@chappe/service-kit';
import { describe, expect, test } from 'vitest';
import { deliveryFilterOf, inboxFilterOf, requireFiled } from './http-inbox-query.ts';

const subject: Subject = {
  ...{ kind: 'PERSON', id: 'ann', correspondent: 'post:CI', grants: [], directoryRelease: 1 },
};
const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
};

describe('the filter of a query', () => {
  test('has only what was asked for, with `me` and dates resolved', () => {
    expect(inboxFilterOf({}, subject)).toEqual({});
    expect(
      inboxFilterOf({ assignee: 'me', unread: false, dueBefore: '2026-01-02T03:04:05+01:00' }, subject),
    ).toEqual({ assignee: 'person:ann', unread: false, dueBeforeMs: Date.UTC(2026, 0, 2, 2, 4, 5) });
    expect(inboxFilterOf({ assignee: 'nobody' }, subject)).toEqual({ assignee: 'nobody' });
  });

  test('takes action=true for the role, and not beside another', () => {
    expect(deliveryFilterOf({ action: true })).toEqual({ role: 'ACTION' });
    expect(deliveryFilterOf({ action: true, role: 'ACTION' })).toEqual({ role: 'ACTION' });
    expect(codeOf(() => deliveryFilterOf({ action: true, role: 'NOTICE' }))).toBe('invalid-value');
  });
});

test('while older items are being filed, only what they are filed under has to wait', () => {
  const filing = { caughtUp: () => false };
  expect(codeOf(() => requireFiled({ country: 'DJ' }, filing))).toBe('unavailable');
  expect(codeOf(() => requireFiled({ kind: 'LEAD', unread: true }, filing))).toBe('unavailable');
  expect(codeOf(() => requireFiled({ lane: 'flash', unread: true }, filing))).toBeUndefined();
  expect(codeOf(() => requireFiled({ country: 'DJ' }, { caughtUp: () => true }))).toBeUndefined();
});
