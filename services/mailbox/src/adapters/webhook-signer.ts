import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
  sign,
} from 'node:crypto';

/** The two kinds of signature of the Standard Webhooks specification: HMAC-SHA256 and Ed25519. */
export type SignatureKind = 'v1' | 'v1a';

/** A secret as it is sealed, and the half of it that its receiver is given. */
export interface WebhookSecret {
  readonly secret: Buffer;
  /** `whsec_…`, the same secret, for v1; `whpk_…`, the public key, for v1a. */
  readonly shown: string;
}

const hmacSecretBytes = 32;
const seedBytes = 32;

/** Makes a secret of its kind. */
export function makeWebhookSecret(kind: SignatureKind): WebhookSecret {
  if (kind === 'v1') {
    const secret = randomBytes(hmacSecretBytes);
    return { secret, shown: `whsec_${secret.toString('base64')}` };
  }
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicKey = Buffer.from(x, 'base64url');
  return {
    secret: Buffer.concat([Buffer.from(d, 'base64url'), publicKey]),
    shown: `whpk_${publicKey.toString('base64')}`,
  };
}

/** The headers of one attempt; each valid secret has its signature, the newest first. */
export function signedHeaders(
  kind: SignatureKind,
  secrets: readonly Buffer[],
  message: { readonly id: string; readonly atS: number; readonly body: string },
): Record<string, string> {
  const content = Buffer.from(`${message.id}.${message.atS}.${message.body}`);
  const signatures = secrets.map((secret) => {
    const bytes =
      kind === 'v1'
        ? createHmac('sha256', secret).update(content).digest()
        : sign(null, content, createPrivateKey({ key: edKey(secret), format: 'jwk' }));
    return `${kind},${bytes.toString('base64')}`;
  });
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.atS),
    'webhook-signature': signatures.join(' '),
  };
}

function edKey(secret: Buffer): JsonWebKey {
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    d: secret.subarray(0, seedBytes).toString('base64url'),
    x: secret.subarray(seedBytes).toString('base64url'),
  };
}
