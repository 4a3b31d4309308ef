import type { Channel } from '@chappe/schemas';
import { expect, it } from 'vitest';
import { dueAt } from './channel-clock.ts';

const receivedAtMs = Date.parse('2026-06-01T12:00:00Z');
const channel: Pick<Channel, 'deadlines'> = {
  deadlines: [
    { urgency: 'URGENT', accessibility: 'DIRECT', minutes: 8 * 60 },
    { urgency: 'URGENT', accessibility: 'INDIRECT', minutes: 3 * 24 * 60 },
    { urgency: 'ROUTINE', accessibility: null, minutes: 7 * 24 * 60 },
  ],
};
const due = (...[urgency, accessibility]: [Parameters<typeof dueAt>[1], Parameters<typeof dueAt>[3]?]) => {
  const atMs = dueAt(channel, urgency, receivedAtMs, accessibility);
  return atMs === null ? null : new Date(atMs).toISOString();
};

it('runs from receipt, by urgency and accessibility', () => {
  expect(due('URGENT', 'DIRECT')).toBe('2026-06-01T20:00:00.000Z');
  expect(due('URGENT', 'INDIRECT')).toBe('2026-06-04T12:00:00.000Z');
  expect(due('ROUTINE', 'INDIRECT')).toBe('2026-06-08T12:00:00.000Z');
});

it('is the shortest that may apply while something is not known', () => {
  expect(due('URGENT')).toBe('2026-06-01T20:00:00.000Z');
  expect(due('URGENT', 'UNKNOWN')).toBe('2026-06-01T20:00:00.000Z');
  expect(due('UNKNOWN', 'INDIRECT')).toBe('2026-06-04T12:00:00.000Z');
});

it('is absent where the channel sets none', () => {
  expect(due('FLASH')).toBeNull();
  expect(dueAt({ deadlines: [] }, 'ROUTINE', receivedAtMs)).toBeNull();
});
