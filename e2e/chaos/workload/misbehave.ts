import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../history/open-history.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import type { ChaosClients } from './open-clients.ts';
import type { Submission } from './submission.ts';
import { codeOf, invocation, senderName } from './submit-until-answered.ts';

/** What no client of ours does, but networks and other people's programs do. */
export interface Misbehaviour {
  /** Sends the whole request and cuts the connection before, or just as, the answer comes. */
  abandon(submission: Submission): Promise<void>;
  /** Sends a body that must be refused, and notes the answer. */
  sendMalformed(submission: Submission): Promise<void>;
}

const oversizedChars = 700_000;
const answerWithinMs = 10_000;

/** Makes the badly behaved side of a workload, over plain HTTP. */
export function createMisbehaviour(options: {
  readonly clients: ChaosClients;
  readonly history: History;
  readonly random: Random;
  readonly urls: readonly string[];
}): Misbehaviour {
  const { clients, history, random, urls } = options;

  async function post(
    submission: Submission,
    body: Buffer,
    cutAfterMs: number | null,
  ): Promise<number | 'cut'> {
    const token = await clients.tokenOf(submission.sender);
    return await new Promise((resolve, reject) => {
      const request = httpRequest(new URL('/v1/messages', random.pick(urls)), {
        method: 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': body.length,
        },
      });
      request.setTimeout(answerWithinMs, () => request.destroy(new Error('no answer in time')));
      request.once('error', reject);
      request.once('response', (response) => {
        response.resume();
        response.once('error', reject);
        response.once('end', () => resolve(response.statusCode ?? 0));
      });
      request.end(body, () => {
        if (cutAfterMs === null) return;
        void sleep(cutAfterMs).then(() => {
          request.destroy();
          resolve('cut');
        });
      });
    });
  }

  return {
    async abandon(submission) {
      history.append(invocation(submission, 'abandon', 1));
      const own = {
        client: senderName(submission.sender),
        op: 'abandon' as const,
        ...identityOf(submission),
      };
      try {
        const body = Buffer.from(JSON.stringify(submission.request));
        const status = await post(submission, body, random.integer(12));
        // The status alone was seen, not what it said: nobody may rely on it.
        const code = status === 'cut' ? 'cut' : `cut after ${status}`;
        history.append({ ...own, what: 'no-answer', code });
      } catch (error) {
        history.append({ ...own, what: 'no-answer', code: codeOf(error) });
      }
    },
    async sendMalformed(submission) {
      history.append(invocation(submission, 'malformed', 1));
      const own = {
        client: senderName(submission.sender),
        op: 'malformed' as const,
        ...identityOf(submission),
      };
      try {
        const status = await post(submission, random.pick(malformations)(submission), null);
        history.append(
          status === 'cut' ? { ...own, what: 'no-answer', code: 'cut' } : { ...own, what: 'answer', status },
        );
      } catch (error) {
        history.append({ ...own, what: 'no-answer', code: codeOf(error) });
      }
    },
  };
}

function identityOf({ request, variant }: Submission): { submissionId: string; variant: number } {
  return { submissionId: request.submissionId, variant };
}

const malformations: readonly ((submission: Submission) => Buffer)[] = [
  ({ request }) => Buffer.from(JSON.stringify(request).slice(0, -20)),
  ({ request }) => Buffer.from(JSON.stringify({ ...request, unheardOf: true })),
  ({ request }) => Buffer.from(JSON.stringify({ ...request, body: { text: 'NUL \u0000 within' } })),
  ({ request }) => Buffer.from(JSON.stringify({ ...request, messageId: request.submissionId })),
  ({ request }) => Buffer.from(JSON.stringify({ ...request, body: { text: 'x'.repeat(oversizedChars) } })),
  ({ request }) => {
    const text = Buffer.from(JSON.stringify(request));
    // A byte that no UTF-8 text holds, within the last string.
    text[text.lastIndexOf('.')] = 0xff;
    return text;
  },
  ({ request }) => Buffer.from(`${'['.repeat(5_000)}${JSON.stringify(request)}${']'.repeat(5_000)}`),
];
