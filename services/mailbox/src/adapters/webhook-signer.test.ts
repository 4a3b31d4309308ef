import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { makeWebhookSecret, signedHeaders } from './webhook-signer.ts';
import { createWebhookVault } from './webhook-vault.ts';

const body = JSON.stringify({ type: 'inbox.item', data: { reference: 'DJ-26-TEST1', note: 'é' } });
const atS = Math.floor(Date.now() / 1000);
const message = { id: 'msg_1', atS, body };

describe('a signature', () => {
  it('v1 is verified by the reference library, and every byte of it matters', () => {
    const { secret, shown } = makeWebhookSecret('v1');
    const headers = signedHeaders('v1', [secret], message);
    expect(new Webhook(shown).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(shown).verify(body.replace('TEST1', 'TEST2'), headers)).toThrow();
    expect(() => new Webhook(shown).verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow();
    const other = makeWebhookSecret('v1').shown;
    expect(() => new Webhook(other).verify(body, headers)).toThrow();
  });

  it('is there for each secret while two are valid', () => {
    const [fresh, old] = [makeWebhookSecret('v1'), makeWebhookSecret('v1')];
    const headers = signedHeaders('v1', [fresh.secret, old.secret], message);
    for (const { shown } of [fresh, old])
      expect(new Webhook(shown).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('v1a is verified with the public key that was shown', () => {
    const { secret, shown } = makeWebhookSecret('v1a');
    const signature = signedHeaders('v1a', [secret], message)['webhook-signature'] ?? '';
    expect(signature).toMatch(/^v1a,/);
    const x = Buffer.from(shown.slice('whpk_'.length), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const bytes = Buffer.from(signature.slice('v1a,'.length), 'base64');
    expect(verify(null, Buffer.from(`msg_1.${atS}.${body}`), key, bytes)).toBe(true);
    expect(verify(null, Buffer.from(`msg_2.${atS}.${body}`), key, bytes)).toBe(false);
  });
});

describe('the vault', () => {
  const oldKey = 'an invented key of the configuration, the old one';
  const newKey = 'an invented key of the configuration, the new one';
  const secret = Buffer.from('the secret');

  it('opens what it sealed, in its place alone, and not once a bit is flipped', () => {
    const vault = createWebhookVault([newKey]);
    const sealed = vault.seal(secret, 'webhook-1/1');
    expect(sealed.includes(secret)).toBe(false);
    expect(vault.open(sealed, 'webhook-1/1')).toEqual(secret);
    expect(vault.open(sealed, 'webhook-2/1')).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const bent = Buffer.from(sealed);
      bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
      expect(vault.open(bent, 'webhook-1/1')).toBeNull();
    }
    expect(vault.open(sealed.subarray(0, 8), 'webhook-1/1')).toBeNull();
  });

  it('goes on opening with the previous key, and seals with the current one', () => {
    const sealed = createWebhookVault([oldKey]).seal(secret, 'c');
    expect(createWebhookVault([newKey]).open(sealed, 'c')).toBeNull();
    const both = createWebhookVault([newKey, oldKey]);
    expect(both.open(sealed, 'c')).toEqual(secret);
    expect(createWebhookVault([newKey]).open(both.seal(secret, 'c'), 'c')).toEqual(secret);
  });
});
