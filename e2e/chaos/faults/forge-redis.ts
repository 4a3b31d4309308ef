import { createHmac } from 'node:crypto';
import { computeRequestDigest, deriveMessageId } from '@chappe/schemas';
import type { Redis } from 'ioredis';
import { composeLead } from '../workload/compose-lead.ts';
import { createSubmitter } from '../workload/submit-until-answered.ts';
import type { Fault } from './fault.ts';
import { withRedis } from './lose-redis.ts';

const mostEntries = 500;
const sender = 'post:DJ';

/**
 * Somebody who can write to Redis, and lacks the secret, overwrites what is there with garbage, with entries of
 * other submissions and with values of another type; and claims for messages never sent that they were acknowledged,
 * with the very digest they will have. Believing one such entry would be a 202 for a message that does not exist.
 */
export const forgeRedis: Fault = {
  kind: 'forge-redis',
  title: 'entries of Redis forged',
  touches: ['redis'],
  needs: ['kafka', 'ingest'],
  leastHoldMs: 0,
  mostHoldMs: 0,
  brokers: 1,
  obstacle: ({ state }) => (state.redis === null ? 'this stack runs without Redis' : undefined),
  async run(context) {
    const { stack, random, clients, history } = context;
    const leads = Array.from({ length: 4 }, () => composeLead({ sender, random }));
    const forged = await withRedis(stack.state.redis, async (redis) => {
      const keys = await submissionKeys(redis);
      const values = await valuesOf(redis, keys);
      for (const [index, key] of keys.entries()) {
        const other = values[(index + 1) % values.length] ?? '';
        await overwrite(redis, key, { own: values[index] ?? '', other, way: random.integer(5) });
      }
      const prefix = keys[0]?.replace(/submission:.*$/, '') ?? 'chappe:ingest:';
      for (const [index, { request }] of leads.entries()) {
        const messageId = deriveMessageId(sender, request.submissionId);
        const digest = computeRequestDigest(sender, request);
        const code =
          index % 2 === 0
            ? createHmac('sha256', 'not the secret').update(`${messageId}.${digest}`).digest('base64url')
            : (values[0]?.split('.')[1] ?? 'none');
        await redis.set(`${prefix}submission:${messageId}`, `${digest}.${code}`, 'EX', 600);
      }
      return keys.length;
    });
    const submitter = createSubmitter({ clients, history, random, urls: [stack.state.url] });
    submitter.giveUpAfter(20_000);
    const fates = await Promise.all(leads.map((lead) => submitter.submit(lead)));
    const outcomes = fates.map(({ outcome }) => outcome).join(', ');
    return `${forged} entries overwritten; four claimed for messages never sent, which were then ${outcomes}`;
  },
};

async function submissionKeys(redis: Redis): Promise<string[]> {
  const found = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', '*submission:*', 'COUNT', 200);
    for (const key of keys) found.add(key);
    cursor = next;
  } while (cursor !== '0' && found.size < mostEntries);
  return [...found].slice(0, mostEntries);
}

/** What an earlier forgery left under another type counts as empty. */
async function valuesOf(redis: Redis, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  return (await redis.mget([...keys])).map((value) => value ?? '');
}

async function overwrite(
  redis: Redis,
  key: string,
  { own, other, way }: { own: string; other: string; way: number },
): Promise<void> {
  if (way === 0) await redis.set(key, 'acknowledged', 'EX', 600);
  else if (way === 1) await redis.set(key, other, 'EX', 600);
  else if (way === 2) await redis.set(key, `${own.split('.')[0]}.${other.split('.')[1] ?? ''}`, 'EX', 600);
  else if (way === 3) await redis.set(key, `${own}\u0000\uD7FF${'x'.repeat(100_000)}`, 'EX', 600);
  else {
    await redis.del(key);
    await redis.lpush(key, own);
    await redis.expire(key, 600);
  }
}
