import type { Queryable } from '@chappe/postgres';
import { makeWebhookSecret, type SignatureKind } from './webhook-signer.ts';
import type { WebhookVault } from './webhook-vault.ts';

/** A secret without what is secret in it. */
export interface SecretCard {
  readonly version: number;
  readonly createdAtMs: number;
  /** Until when it still signs after a newer one came; null for the newest. */
  readonly expiresAtMs: number | null;
}

/** Keeps the secrets of webhooks, sealed. */
export interface WebhookSecrets {
  /** Makes the next secret, inside the caller's transaction; the one before signs beside it for that long. */
  add(
    db: Queryable,
    webhook: { webhookId: string; signature: SignatureKind },
    overlapMs: number,
  ): Promise<{ version: number; shown: string }>;
  /** Those that sign now, the newest first; null when one cannot be opened. */
  valid(db: Queryable, webhookId: string): Promise<readonly Buffer[] | null>;
}

/** Two at a time sign: a third would let an old one live for ever by rotating fast. */
const mostValid = 2;

/** Makes the store over a vault. */
export function createWebhookSecrets(vault: WebhookVault): WebhookSecrets {
  const context = (webhookId: string, version: number): string => `${webhookId}/${version}`;
  return {
    async add(db, { webhookId, signature }, overlapMs) {
      const { secret, shown } = makeWebhookSecret(signature);
      const { rows } = await db.query<{ version: number }>(
        'SELECT coalesce(max(version), 0) + 1 AS version FROM webhook_secret WHERE webhook_id = $1',
        [webhookId],
      );
      const version = rows[0]?.version ?? 1;
      await db.query(
        `UPDATE webhook_secret SET expires_at = least(expires_at, now() + $2 * interval '1 ms') WHERE webhook_id = $1`,
        [webhookId, overlapMs],
      );
      await db.query('INSERT INTO webhook_secret (webhook_id, version, sealed) VALUES ($1, $2, $3)', [
        webhookId,
        version,
        vault.seal(secret, context(webhookId, version)),
      ]);
      await db.query(
        'DELETE FROM webhook_secret WHERE webhook_id = $1 AND (version <= $2 OR expires_at <= now())',
        [webhookId, version - mostValid],
      );
      return { version, shown };
    },
    async valid(db, webhookId) {
      const { rows } = await db.query<{ version: number; sealed: Buffer }>({
        name: 'webhook-secrets',
        text: `SELECT version, sealed FROM webhook_secret
               WHERE webhook_id = $1 AND (expires_at IS NULL OR expires_at > now()) ORDER BY version DESC`,
        values: [webhookId],
      });
      const opened = rows.map((row) => vault.open(row.sealed, context(webhookId, row.version)));
      const secrets = opened.filter((each) => each !== null);
      return secrets.length === rows.length && secrets.length > 0 ? secrets : null;
    },
  };
}
