import { type DirectorySnapshot, loadDemonstration, rehearseRelease } from '@chappe/directory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenContext, givenDirectory, givenLead, noonMs } from '../../test/given.ts';
import { distributeMessage } from '../domain/distribute-message.ts';
import { noRecords, ThreadMemory } from '../domain/thread-memory.ts';
import { type PastDecisions, rehearseDecisions } from './rehearse-decisions.ts';

const inForce = givenDirectory();
const issuer = 'https://issuer.test';
const areas = ['DRUG_TRAFFICKING', 'TERRORISM', 'COMPUTER_CRIME', 'CORRUPTION'] as const;
const codes = ['post:CI', 'post:SN', 'desk:cyber', 'desk:trafficking', 'desk:counter-terrorism'];

function changedBy(list: 'correspondents' | 'rules', key: string, set: object): DirectorySnapshot {
  const changed = rehearseRelease(inForce, [{ list, key, set }], issuer);
  if (changed.status === 'refused') throw new Error(JSON.stringify(changed.problems));
  return changed.snapshot;
}

/** Past decisions on these messages, one minute apart, the last one the latest. */
function pastOf(messages: readonly ReturnType<typeof givenLead>[]): PastDecisions {
  const decisions = messages
    .map((message, at) => ({ message, lane: 'routine' as const, decidedAtMs: noonMs + at * 60_000 }))
    .reverse();
  return {
    page: async ({ sinceMs, before, limit }) => {
      const found = decisions
        .filter(
          ({ decidedAtMs }) => decidedAtMs >= sinceMs && decidedAtMs < (before?.decidedAtMs ?? Infinity),
        )
        .slice(0, limit);
      const last = found.length < limit ? undefined : found.at(-1);
      const place = last && { decidedAtMs: last.decidedAtMs, messageId: last.message.messageId };
      return { decisions: found, skipped: 0, last: place ?? null };
    },
    count: async () => decisions.length,
  };
}

function rehearse(
  messages: readonly ReturnType<typeof givenLead>[],
  proposed: DirectorySnapshot,
  { limit = 1_000, elapsedMs = () => 0 }: { limit?: number; elapsedMs?: () => number } = {},
) {
  return rehearseDecisions(
    { sinceMs: 0, before: null, limit, timeMs: 100 },
    { past: pastOf(messages), threads: { read: async () => noRecords }, inForce, proposed, elapsedMs },
  );
}

const anyLead = fc
  .record({
    area: fc.constantFrom(...areas),
    to: fc.subarray(codes),
    excluded: fc.subarray(codes, { maxLength: 1 }),
  })
  .map(({ area, to, excluded }) =>
    givenLead('post:DJ', {
      crimeAreas: [area],
      recipients: { action: to.map((correspondent) => ({ correspondent })), excluded },
    }),
  );

/** Who gets it, in the plainest words. */
function served(message: ReturnType<typeof givenLead>, directory: DirectorySnapshot): string {
  const memory = new ThreadMemory(noRecords);
  const found = distributeMessage(message, { ...givenContext(), memory, directory });
  if (!found.distributed) return '';
  return found.distribution.entitled
    .map(({ candidate }) => `${candidate.correspondent} ${candidate.role}`)
    .sort()
    .join();
}

describe('a rehearsal', () => {
  it('of the same content changes nothing, whatever was decided', async () => {
    const same = givenDirectory(loadDemonstration(issuer));
    await fc.assert(
      fc.asyncProperty(fc.array(anyLead, { maxLength: 30 }), async (leads) => {
        expect(await rehearse(leads, same)).toMatchObject({
          rehearsed: leads.length,
          changed: 0,
          next: null,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('counts exactly the decisions whose recipients differ', async () => {
    const proposed = changedBy('correspondents', 'correspondent/desk:cyber', { suspended: true });
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyLead, { maxLength: 30 }), async (leads) => {
        const expected = leads.filter((each) => served(each, inForce) !== served(each, proposed)).length;
        const { changed, correspondents } = await rehearse(leads, proposed);
        changes += changed;
        expect(changed).toBe(expected);
        expect(correspondents.get('desk:cyber')?.gained ?? 0).toBe(0);
      }),
      { numRuns: 30 },
    );
    expect(changes).toBeGreaterThan(0);
  });

  it('says which rule would speak no more, and where it stopped', async () => {
    const trafficking = inForce.rules.find(({ ruleId }) => ruleId === 'trafficking-to-trafficking');
    const examples = (trafficking?.examples ?? []).map((each) => ({
      name: each.name,
      crimeAreas: ['CORRUPTION'],
    }));
    const proposed = changedBy('rules', 'rule/trafficking-to-trafficking', {
      match: { crimeAreas: ['CORRUPTION'] },
      examples,
    });
    const leads = Array.from({ length: 50 }, () => givenLead('post:DJ'));
    const part = await rehearse(leads, proposed, { limit: 30 });
    expect(part).toMatchObject({ rehearsed: 30, changed: 30 });
    expect(part.rules.get('trafficking-to-trafficking')).toEqual({ gained: 0, lost: 30 });
    expect(part.next).toMatchObject({ decidedAtMs: noonMs + 20 * 60_000 });
  });

  it('ends in time', async () => {
    let nowMs = 0;
    const leads = Array.from({ length: 100 }, () => givenLead('post:DJ'));
    const part = await rehearse(leads, inForce, {
      elapsedMs: () => {
        nowMs += 60;
        return nowMs;
      },
    });
    expect(part.rehearsed).toBeLessThan(100);
    expect(part.next).not.toBeNull();
  });
});
