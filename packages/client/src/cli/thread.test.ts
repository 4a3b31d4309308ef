import { afterEach, describe, expect, it } from 'vitest';
import { headId, mailbox, own, ownId, received, ScriptedSession } from './follow-ups.fixture.ts';

const session = new ScriptedSession();
afterEach(() => session.stop());

describe('thread', () => {
  const entries = [
    { direction: 'received', ...received, receiptState: 'READ', recalledBy: ownId },
    { direction: 'sent', ...own },
  ];

  it('is found by a message inside it, and shows each below what it answers', async () => {
    const { code, out } = await session.type(['thread', 'CT-26-7Z2B9KM-H'], mailbox(entries));
    expect(code).toBe(0);
    const [head, first, second] = out.split('\n');
    expect(head).toMatch(/^REFERENCE +FROM +KIND +STATE +WHEN +TEXT$/);
    expect(first).toMatch(/^DJ-26-K7M2P4X-M +post:DJ +LEAD +READ \(recalled\) .* A van$/);
    expect(second).toMatch(/^· CT-26-7Z2B9KM-H +\(you\) +SUPPLEMENT .* at the quay$/);
  });

  it('takes an id for a thread first, then for a message', async () => {
    const { code } = await session.type(['thread', ownId, '--json'], mailbox(entries));
    expect(code).toBe(0);
    expect(session.requests.map(({ path }) => path)).toEqual([
      `/v1/threads/${ownId}`,
      `/v1/inbox/${ownId}`,
      `/v1/sent/${ownId}`,
      `/v1/threads/${headId}`,
    ]);
  });
});
