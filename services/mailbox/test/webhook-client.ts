import type { RunningService } from '@chappe/service-kit';
import type { Harness } from './mailbox-harness.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

/** Settings under which a receiver on loopback may be called, and nothing takes long. */
export const webhookSettings: Readonly<Record<string, string>> = {
  WEBHOOK_ENCRYPTION_KEY: 'an invented key for tests, long enough to be one',
  WEBHOOK_ALLOWED_TARGETS: '127.0.0.1',
  WEBHOOK_ALLOWED_PORTS: '443, 1024-65535',
  WEBHOOK_TIMEOUT_MS: '600',
  WEBHOOK_POLL_MS: '100',
  WEBHOOK_RETRY_FIRST_MS: '50',
  WEBHOOK_RETRY_MOST_MS: '200',
};

/** A webhook as it is shown. */
export interface ShownWebhook {
  readonly webhookId: string;
  readonly version: number;
  readonly url: string;
  readonly state: string;
  readonly pending: number;
  readonly position: number;
  readonly secrets: readonly { readonly version: number }[];
}

/** An item of a history as it is shown. */
export interface ShownDelivery {
  readonly number: number;
  readonly state: string;
  readonly attempts: readonly { readonly outcome: string; readonly durationMs: number }[];
}

/** An answer; its body has those of these members that its route has. */
export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: ShownWebhook & {
    readonly webhook: ShownWebhook;
    readonly secret: { readonly value: string };
    readonly items: readonly (ShownWebhook & ShownDelivery)[];
    readonly value: string;
    readonly outcome: string;
    readonly detail: string;
    readonly errors?: readonly { readonly detail: string }[];
  };
}

/** Calls of one holder about webhooks; `as` is a client's id, or `person:` and a person's subject. */
export interface WebhookClient {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Moves to an address; for any version unless one is named. */
  move(webhookId: string, url: string, ifMatch?: string): Promise<Answer>;
  /** Registers a receiver and, unless told otherwise, has it prove itself. */
  register(receiver: WebhookReceiver, wishes?: Record<string, unknown>): Promise<string>;
  show(webhookId: string): Promise<ShownWebhook>;
  history(webhookId: string): Promise<readonly ShownDelivery[]>;
}

/** Makes the client of one holder at one replica. */
export function webhookClient(harness: Harness, service: RunningService, as = 'demo-post-CI'): WebhookClient {
  async function call(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Answer> {
    const wishes = as.startsWith('person:') ? { subject: as.slice('person:'.length) } : { clientId: as };
    const authorization = `Bearer ${await harness.issuer.mint(wishes)}`;
    const response = await fetch(`${service.url}/v1/webhooks${path}`, {
      method,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      etag: response.headers.get('etag'),
      body: text === '' ? {} : JSON.parse(text),
    };
  }

  return {
    call,
    move: (webhookId, url, ifMatch = '*') =>
      call('PUT', `/${webhookId}/address`, { url }, { 'if-match': ifMatch }),
    async register(receiver, { verified = true, ...wishes } = {}) {
      const created = await call('POST', '', {
        url: receiver.url,
        purpose: 'an invented purpose',
        ...wishes,
      });
      if (created.status !== 201) throw new Error(`not registered: ${JSON.stringify(created)}`);
      receiver.secrets.push(created.body.secret.value);
      const { webhookId } = created.body.webhook;
      if (verified === true) {
        const proven = await call('POST', `/${webhookId}/verification`);
        if (proven.status !== 200) throw new Error(`not verified: ${JSON.stringify(proven)}`);
      }
      return webhookId;
    },
    show: async (webhookId) => (await call('GET', `/${webhookId}`)).body,
    history: async (webhookId) => (await call('GET', `/${webhookId}/deliveries`)).body.items,
  };
}
