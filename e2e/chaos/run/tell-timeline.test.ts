import { describe, expect, it } from 'vitest';
import type { TimelineStep } from '../nemesis/run-plan.ts';
import { clock, tellMemory, tellStep } from './tell-timeline.ts';

const planned = {
  ordinal: 1,
  kind: 'kill-redis',
  pauseMs: 0,
  holdMs: 0,
  seed: 1,
  together: false,
} as const;

const step: TimelineStep = {
  outcomes: [
    { planned, status: 'done', text: 'redis was killed' },
    { planned: { ...planned, kind: 'kill-mailbox', together: true }, status: 'failed', text: 'no such unit' },
  ],
  tookMs: 4_000,
  recoveredAfterMs: 1_000,
  last: ['mailbox'],
  notReady: [],
};

describe('a timeline', () => {
  it('says when a step began, what each fault did, and how the traffic stood afterwards', () => {
    const lines = tellStep(step, { atMs: 65_000, acknowledged: 812, perSecond: 59.6, lag: undefined });
    expect(lines).toEqual([
      '  1:00  kill-redis                redis was killed',
      '  with  kill-mailbox              failed: no such unit',
      '       all ready 1.0 s later; 812 acknowledged, 60/s, lag unknown',
    ]);
  });

  it('names who was waited for long, and who did not come back', () => {
    const slow = tellStep(
      { ...step, recoveredAfterMs: 8_000 },
      { atMs: 0, acknowledged: 0, perSecond: 0, lag: 1 },
    );
    expect(slow.at(-1)).toContain('all ready 8.0 s later, mailbox last;');
    const figures = { atMs: 65_000, acknowledged: 812, perSecond: 59.6, lag: 7 };
    const [last] = tellStep({ ...step, recoveredAfterMs: 120_000, notReady: ['router'] }, figures).slice(-1);
    expect(last).toContain('not ready after 120 s: router; 812 acknowledged, 60/s, 7 records behind');
  });

  it('warns of memory that kept growing, and of nothing else', () => {
    const steady = { name: 'router', mostMb: 300, lastMb: 200, grew: false };
    expect(tellMemory([steady])).toEqual(['memory, most/last in MB: router 300/200']);
    expect(tellMemory([steady, { ...steady, name: 'mailbox', grew: true }])[1]).toContain('mailbox');
  });

  it('counts minutes beyond the hour', () => {
    expect([0, 59_400, 60_000, 3_725_000].map(clock)).toEqual(['  0:00', '  0:59', '  1:00', ' 62:05']);
  });
});
