import { uuidV7 } from '@chappe/client';
import { composeLead } from '../workload/compose-lead.ts';
import { type Fault, type FaultContext, PromiseBroken } from './fault.ts';

const sender = 'post:LB';
const answerWithinMs = 20_000;

interface Oversized {
  readonly what: string;
  readonly path: string;
  body(text: string): string;
}

const shapes: readonly Oversized[] = [
  {
    what: 'a text of 5 MB',
    path: '/v1/messages',
    body: (lead) => JSON.stringify({ ...JSON.parse(lead), body: { text: 'x'.repeat(5_000_000) } }),
  },
  {
    what: 'a nesting of 100,000',
    path: '/v1/messages',
    body: (lead) => `${lead.slice(0, -1)},"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  },
  {
    what: '100,000 fields',
    path: '/v1/messages',
    body: (lead) => JSON.stringify({ ...JSON.parse(lead), ...fields(100_000) }),
  },
  {
    what: 'a batch of 12 MB',
    path: '/v1/messages/batch',
    body: (lead) =>
      JSON.stringify({
        messages: Array.from({ length: 500 }, () => ({
          ...JSON.parse(lead),
          submissionId: uuidV7(),
          body: { text: 'x'.repeat(24_000) },
        })),
      }),
  },
];

/** Bodies that no bound allows, many at once: each is refused, and the next one finds ingest as it was. */
export const sendOversized: Fault = {
  kind: 'send-oversized',
  title: 'oversized and deeply nested bodies',
  touches: ['ingest'],
  needs: [],
  leastHoldMs: 0,
  mostHoldMs: 0,
  brokers: 1,
  async run(context) {
    const statuses = await Promise.all(
      shapes.flatMap((shape) => Array.from({ length: 3 }, () => send(context, shape))),
    );
    const accepted = statuses.filter((status) => status !== 'cut' && status < 400);
    if (accepted.length > 0) throw new PromiseBroken(`an oversized body was answered ${accepted.join(', ')}`);
    const counts = [...Map.groupBy(statuses, String)].map(([status, all]) => `${all.length} × ${status}`);
    return `${statuses.length} bodies beyond every bound: ${counts.sort().join(', ')}`;
  },
};

/** The answer to one; a server may also end the connection of somebody who goes on writing. */
async function send({ stack, random, clients }: FaultContext, shape: Oversized): Promise<number | 'cut'> {
  const { request } = composeLead({ sender, random });
  const token = await clients.tokenOf(sender);
  try {
    const response = await fetch(new URL(shape.path, stack.service('ingest').url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: shape.body(JSON.stringify(request)),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    // Refused before it had written all: the same in other words.
    return 'cut';
  }
}

function fields(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, index]));
}
