import { ChappeProblem, UnexpectedAnswer } from './problem.ts';
import { isTransient } from './retry-policy.ts';
import { type ApiRequest, answeredObject, type Transport, unavailable } from './transport.ts';
import {
  isWebhook,
  isWebhookAttempt,
  isWebhookDelivery,
  isWebhookSecret,
  type Webhook,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookFilter,
  type WebhookSecret,
  type WebhookWishes,
} from './webhook-model.ts';

/**
 * The webhooks of the acting correspondent. What makes one send, or shows secrets or history, is for whoever
 * registered it. Everything throws ChappeProblem or ChappeUnavailable.
 */
export interface Webhooks {
  list(): Promise<readonly Webhook[]>;
  read(webhookId: string): Promise<Webhook>;
  /**
   * Registers a target and gets its secret, shown this once; nothing is sent before `verify`. Attempted once: after
   * ChappeUnavailable it may be there, with a secret that nobody has, and is forgotten within a day.
   */
  register(wishes: WebhookWishes): Promise<{ readonly webhook: Webhook; readonly secret: WebhookSecret }>;
  /** Has the target prove that it knows the secret, and begins. */
  verify(webhookId: string): Promise<Webhook>;
  /** With `version`, refused (`precondition-failed`) when somebody changed it since. */
  change(
    webhookId: string,
    change: {
      readonly purpose?: string;
      readonly filter?: WebhookFilter;
      readonly state?: 'ACTIVE' | 'PAUSED';
    },
    options?: { readonly version?: number },
  ): Promise<Webhook>;
  /**
   * Moves it to an address that proves itself first; position, queue, secrets and history stay. Refused when somebody
   * changed it since `version`, or since it was read for this call.
   */
  move(webhookId: string, url: string, options?: { readonly version?: number }): Promise<Webhook>;
  /**
   * Makes a new secret, shown this once; the one before signs beside it for so long. Attempted once: after
   * ChappeUnavailable there may be one that nobody has, and another rotation makes the next.
   */
  rotate(webhookId: string, options: { readonly overlapS: number }): Promise<WebhookSecret>;
  /** Sends a `webhook.test` now. */
  test(webhookId: string): Promise<WebhookAttempt>;
  /** The newest items first. */
  history(
    webhookId: string,
    query?: { readonly limit?: number; readonly before?: number; readonly state?: WebhookDelivery['state'] },
  ): Promise<readonly WebhookDelivery[]>;
  /** Sends an item again, under the same `webhook-id`. */
  resend(webhookId: string, number: number): Promise<void>;
  /** Deletes it with its secrets and history. */
  remove(webhookId: string): Promise<void>;
}

const path = '/v1/webhooks';

/** Makes the webhooks of one client. */
export function createWebhooks(transport: Pick<Transport, 'read' | 'attempt' | 'settings'>): Webhooks {
  const of = (webhookId: string, act = ''): string => `${path}/${encodeURIComponent(webhookId)}${act}`;
  const webhook = async (request: ApiRequest): Promise<Webhook> =>
    checked(await transport.read(request), isWebhook, 'a webhook');
  const read = (webhookId: string) => webhook({ method: 'GET', path: of(webhookId) });

  return {
    list: async () => checkedList(await transport.read({ method: 'GET', path }), isWebhook),
    read,
    async register(wishes) {
      const answer = answeredObject(await once(transport, { method: 'POST', path, body: wishes }));
      return {
        webhook: checked(answer.webhook, isWebhook, 'a webhook'),
        secret: checked(answer.secret, isWebhookSecret, 'a secret'),
      };
    },
    verify: (webhookId) => webhook({ method: 'POST', path: of(webhookId, '/verification') }),
    change: (webhookId, change, { version } = {}) =>
      webhook({
        method: 'PATCH',
        path: of(webhookId),
        body: change,
        ...(version === undefined ? {} : { headers: ifMatch(version) }),
      }),
    async move(webhookId, url, options = {}) {
      const version = options.version ?? (await read(webhookId)).version;
      return webhook({
        method: 'PUT',
        path: of(webhookId, '/address'),
        body: { url },
        headers: ifMatch(version),
      });
    },
    rotate: async (webhookId, { overlapS }) =>
      checked(
        await once(transport, { method: 'POST', path: of(webhookId, '/rotations'), body: { overlapS } }),
        isWebhookSecret,
        'a secret',
      ),
    test: async (webhookId) =>
      checked(
        await transport.read({ method: 'POST', path: of(webhookId, '/test') }),
        isWebhookAttempt,
        'what came of a request',
      ),
    history: async (webhookId, query = {}) =>
      checkedList(
        await transport.read({ method: 'GET', path: of(webhookId, '/deliveries'), query: { ...query } }),
        isWebhookDelivery,
      ),
    async resend(webhookId, number) {
      await transport.read({ method: 'POST', path: of(webhookId, `/deliveries/${number}/resend`) });
    },
    async remove(webhookId) {
      await transport.read({ method: 'DELETE', path: of(webhookId) });
    },
  };
}

function ifMatch(version: number): { readonly 'if-match': string } {
  return { 'if-match': `"${version}"` };
}

/** A request that must not be repeated: what it makes is shown in its answer alone. */
async function once(
  transport: Pick<Transport, 'attempt' | 'settings'>,
  request: ApiRequest,
): Promise<unknown> {
  const result = await transport.attempt(request);
  if (result.status === 'answered') return result.body;
  if (result.status === 'not-sent') throw result.cause;
  if (result.status === 'problem' && !isTransient(result.problem.status))
    throw new ChappeProblem(result.problem);
  throw unavailable(transport.settings.url, 1, result);
}

function checked<T>(answer: unknown, is: (value: unknown) => value is T, what: string): T {
  if (!is(answer)) throw new UnexpectedAnswer(`the answer is not ${what}`);
  return answer;
}

function checkedList<T>(answer: unknown, is: (value: unknown) => value is T): readonly T[] {
  const { items } = answeredObject(answer);
  if (!Array.isArray(items) || !items.every(is))
    throw new UnexpectedAnswer('the answer is not a list of what was asked for');
  return items;
}
