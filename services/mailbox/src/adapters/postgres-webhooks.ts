import { inTransaction, type Pool, type Queryable } from '@chappe/postgres';
import type { SecretCard, WebhookSecrets } from './postgres-webhook-secrets.ts';
import type { SignatureKind } from './webhook-signer.ts';

/** Which items a webhook is told of; an absent list takes all. */
export interface WebhookFilter {
  readonly lanes?: readonly string[];
  readonly kinds?: readonly string[];
  readonly roles?: readonly string[];
}

/** What its holder wants. */
export interface WebhookWishes {
  readonly url: string;
  readonly purpose: string;
  readonly signature: SignatureKind;
  readonly filter: WebhookFilter;
  /** After which number of the inbox; null begins with what comes. */
  readonly since: number | null;
}

/** One webhook as its correspondent sees it. */
export interface Webhook {
  readonly webhookId: string;
  /** Counts what people change about it. */
  readonly version: number;
  readonly correspondent: string;
  readonly holder: { readonly kind: 'PERSON' | 'SYSTEM'; readonly id: string };
  readonly url: string;
  readonly purpose: string;
  readonly signature: SignatureKind;
  readonly filter: WebhookFilter;
  readonly state: 'UNVERIFIED' | 'ACTIVE' | 'PAUSED';
  readonly pausedBecause: 'OWNER' | 'FAILING' | 'GONE' | null;
  readonly stateSinceMs: number;
  readonly createdAtMs: number;
  readonly scannedNumber: number;
  readonly pending: number;
  readonly failingSinceMs: number | null;
  readonly lastSuccessAtMs: number | null;
  readonly secrets: readonly SecretCard[];
}

/** The registrations. What does not belong to the correspondent is absent. */
export interface WebhookStore {
  create(
    owner: { correspondent: string; kind: 'PERSON' | 'SYSTEM'; id: string },
    webhookId: string,
    wishes: WebhookWishes,
  ): Promise<{ status: 'created'; shown: string; version: number } | { status: 'too-many' }>;
  list(correspondent: string): Promise<readonly Webhook[]>;
  find(correspondent: string, webhookId: string): Promise<Webhook | null>;
  /** False when it is gone, or no longer of that version; null takes any. */
  change(
    webhookId: string,
    change: { purpose?: string; filter?: WebhookFilter },
    version: number | null,
  ): Promise<boolean>;
  /**
   * Moves it to an address that has proven itself: what is pending is due there at once, and what was paused because
   * of the old target goes on. False when somebody changed it since it was read.
   */
  move(webhook: Webhook, url: string): Promise<boolean>;
  pause(webhookId: string): Promise<void>;
  /** Begins, or begins again: what is pending is due at once, with all its attempts before it. */
  activate(webhookId: string): Promise<void>;
  remove(correspondent: string, webhookId: string): Promise<boolean>;
  rotate(webhook: Webhook, overlapMs: number): Promise<{ shown: string; version: number }>;
  /** Takes the right to call a target out of turn; false when that was done a moment ago. */
  takeProbe(webhookId: string): Promise<boolean>;
}

interface WebhookRow {
  readonly webhook_id: string;
  readonly version: number;
  readonly correspondent: string;
  readonly holder_kind: 'PERSON' | 'SYSTEM';
  readonly holder_id: string;
  readonly url: string;
  readonly purpose: string;
  readonly signature: SignatureKind;
  readonly lanes: string[] | null;
  readonly kinds: string[] | null;
  readonly roles: string[] | null;
  readonly state: Webhook['state'];
  readonly paused_because: Webhook['pausedBecause'];
  readonly state_since: Date;
  readonly created_at: Date;
  readonly scanned_number: string;
  readonly pending: string;
  readonly failing_since: Date | null;
  readonly last_success_at: Date | null;
  readonly secrets: { version: number; created: number; expires: number | null }[] | null;
}

const selection = `SELECT w.*,
  (SELECT count(*) FROM webhook_delivery AS d WHERE d.webhook_id = w.webhook_id AND d.state = 'PENDING') AS pending,
  (SELECT jsonb_agg(jsonb_build_object('version', s.version, 'created', extract(epoch FROM s.created_at) * 1000,
     'expires', extract(epoch FROM s.expires_at) * 1000) ORDER BY s.version DESC)
   FROM webhook_secret AS s WHERE s.webhook_id = w.webhook_id AND (s.expires_at IS NULL OR s.expires_at > now())
  ) AS secrets
  FROM webhook AS w`;

const unverifiedLifetime = '1 day';
const betweenProbes = '2 seconds';

/** Makes the store of registrations. */
export function createWebhookStore(
  pool: Pool,
  options: { secrets: WebhookSecrets; mostPerCorrespondent: number },
): WebhookStore {
  const { secrets, mostPerCorrespondent } = options;

  async function read(condition: string, values: unknown[]): Promise<readonly Webhook[]> {
    const { rows } = await pool.query<WebhookRow>(
      `${selection} WHERE ${condition} ORDER BY w.created_at, w.webhook_id`,
      values,
    );
    return rows.map(webhookFromRow);
  }

  return {
    create: (owner, webhookId, wishes) =>
      inTransaction(pool, async (client) => {
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 6))', [owner.correspondent]);
        await forgetUnverified(client, owner.correspondent);
        const { rows } = await client.query<{ count: string }>(
          'SELECT count(*) FROM webhook WHERE correspondent = $1',
          [owner.correspondent],
        );
        if (Number(rows[0]?.count) >= mostPerCorrespondent) return { status: 'too-many' };
        const { lanes = null, kinds = null, roles = null } = wishes.filter;
        await client.query(
          `INSERT INTO webhook (webhook_id, correspondent, holder_kind, holder_id, url, purpose, signature, lanes,
             kinds, roles, epoch, scanned_number)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, e.epoch,
             least($11::bigint, coalesce((SELECT last_number FROM inbox_counter WHERE correspondent = $2), 0))
           FROM mailbox_epoch AS e`,
          [
            webhookId,
            owner.correspondent,
            owner.kind,
            owner.id,
            wishes.url,
            wishes.purpose,
            wishes.signature,
            lanes,
            kinds,
            roles,
            wishes.since,
          ],
        );
        const first = await secrets.add(client, { webhookId, signature: wishes.signature }, 0);
        return { status: 'created', ...first };
      }),
    list: (correspondent) => read('w.correspondent = $1', [correspondent]),
    async find(correspondent, webhookId) {
      const found = await read('w.correspondent = $1 AND w.webhook_id = $2', [correspondent, webhookId]);
      return found[0] ?? null;
    },
    async change(webhookId, { purpose, filter }, version) {
      const { rowCount } = await pool.query(
        `UPDATE webhook SET purpose = coalesce($2, purpose),
           lanes = CASE WHEN $3 THEN $4::text[] ELSE lanes END,
           kinds = CASE WHEN $3 THEN $5::text[] ELSE kinds END,
           roles = CASE WHEN $3 THEN $6::text[] ELSE roles END
         WHERE webhook_id = $1 AND ($7::integer IS NULL OR version = $7)`,
        [
          webhookId,
          purpose ?? null,
          filter !== undefined,
          filter?.lanes ?? null,
          filter?.kinds ?? null,
          filter?.roles ?? null,
          version,
        ],
      );
      return rowCount === 1;
    },
    move: (webhook, url) =>
      inTransaction(pool, async (client) => {
        // The lease goes with the old address: whoever sends there now takes it anew, with the new one.
        const { rowCount } = await client.query(
          `UPDATE webhook SET url = $3, consecutive_failures = 0, failing_since = NULL, rest_until = '-infinity',
             lease_owner = NULL, lease_until = '-infinity',
             state = CASE WHEN paused_because = 'OWNER' THEN state ELSE 'ACTIVE' END,
             paused_because = CASE WHEN paused_because = 'OWNER' THEN paused_because END,
             state_since = CASE WHEN state = 'ACTIVE' OR paused_because = 'OWNER' THEN state_since ELSE now() END
           WHERE webhook_id = $1 AND version = $2`,
          [webhook.webhookId, webhook.version, url],
        );
        if (rowCount !== 1) return false;
        await beginSeriesAnew(client, webhook.webhookId);
        return true;
      }),
    async pause(webhookId) {
      await pool.query(
        `UPDATE webhook SET state = 'PAUSED', paused_because = 'OWNER', state_since = now()
         WHERE webhook_id = $1 AND state = 'ACTIVE'`,
        [webhookId],
      );
    },
    activate: (webhookId) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE webhook SET state = 'ACTIVE', paused_because = NULL, state_since = now(),
             consecutive_failures = 0, failing_since = NULL, rest_until = '-infinity'
           WHERE webhook_id = $1 AND state <> 'ACTIVE'`,
          [webhookId],
        );
        if (rowCount !== 0) await beginSeriesAnew(client, webhookId);
      }),
    async remove(correspondent, webhookId) {
      const { rowCount } = await pool.query(
        'DELETE FROM webhook WHERE correspondent = $1 AND webhook_id = $2',
        [correspondent, webhookId],
      );
      return rowCount === 1;
    },
    rotate: (webhook, overlapMs) =>
      inTransaction(pool, async (client) => {
        await client.query('SELECT FROM webhook WHERE webhook_id = $1 FOR UPDATE', [webhook.webhookId]);
        return secrets.add(client, webhook, overlapMs);
      }),
    async takeProbe(webhookId) {
      const { rowCount } = await pool.query(
        `UPDATE webhook SET probed_at = now() WHERE webhook_id = $1 AND probed_at < now() - $2::interval`,
        [webhookId, betweenProbes],
      );
      return rowCount === 1;
    },
  };
}

/** What waits is due at once, with all its attempts before it. */
async function beginSeriesAnew(db: Queryable, webhookId: string): Promise<void> {
  await db.query(
    `UPDATE webhook_delivery SET first_attempt_at = NULL, failures = 0, next_attempt_at = now()
     WHERE webhook_id = $1 AND state = 'PENDING'`,
    [webhookId],
  );
}

/** A registration whose answer was lost shall not take the place of another for good. */
async function forgetUnverified(db: Queryable, correspondent: string): Promise<void> {
  await db.query(
    `DELETE FROM webhook WHERE correspondent = $1 AND state = 'UNVERIFIED' AND created_at < now() - $2::interval`,
    [correspondent, unverifiedLifetime],
  );
}

function webhookFromRow(row: WebhookRow): Webhook {
  const { lanes, kinds, roles } = row;
  return {
    webhookId: row.webhook_id,
    version: row.version,
    correspondent: row.correspondent,
    holder: { kind: row.holder_kind, id: row.holder_id },
    url: row.url,
    purpose: row.purpose,
    signature: row.signature,
    filter: {
      ...(lanes === null ? {} : { lanes }),
      ...(kinds === null ? {} : { kinds }),
      ...(roles === null ? {} : { roles }),
    },
    state: row.state,
    pausedBecause: row.paused_because,
    stateSinceMs: row.state_since.getTime(),
    createdAtMs: row.created_at.getTime(),
    scannedNumber: Number(row.scanned_number),
    pending: Number(row.pending),
    failingSinceMs: row.failing_since?.getTime() ?? null,
    lastSuccessAtMs: row.last_success_at?.getTime() ?? null,
    secrets: (row.secrets ?? []).map(({ version, created, expires }) => ({
      version,
      createdAtMs: created,
      expiresAtMs: expires,
    })),
  };
}
