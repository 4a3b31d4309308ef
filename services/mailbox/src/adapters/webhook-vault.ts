import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Seals what is secret before it is stored, and opens it again. */
export interface WebhookVault {
  seal(plain: Buffer, context: string): Buffer;
  /** Null when none of the keys opens it: another key sealed it, it was altered, or it is from elsewhere. */
  open(sealed: Buffer, context: string): Buffer | null;
}

const keyIdBytes = 4;
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM under keys derived from the texts of the configuration. The first seals, all open. What was sealed
 * opens in its context alone, so that a row copied to another webhook is worth nothing.
 */
export function createWebhookVault(keyTexts: readonly [string, ...string[]]): WebhookVault {
  const keys = keyTexts.map((text) => ({
    id: derive(text, 'chappe webhook key id', keyIdBytes),
    key: derive(text, 'chappe webhook secrets', 32),
  }));
  const [current] = keys;
  if (current === undefined) throw new TypeError('a vault needs a key');
  return {
    seal(plain, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(context));
      const hidden = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([current.id, iv, cipher.getAuthTag(), hidden]);
    },
    open(sealed, context) {
      const known = keys.find(({ id }) => id.equals(sealed.subarray(0, keyIdBytes)));
      if (known === undefined || sealed.length < keyIdBytes + ivBytes + tagBytes) return null;
      const rest = sealed.subarray(keyIdBytes);
      const tag = rest.subarray(ivBytes, ivBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', known.key, rest.subarray(0, ivBytes))
        .setAAD(Buffer.from(context))
        .setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(rest.subarray(ivBytes + tagBytes)), decipher.final()]);
      } catch {
        // The only thing that can fail here is the authentication.
        return null;
      }
    },
  };
}

function derive(text: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', text, '', purpose, bytes));
}
