import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createSigningKey } from '@chappe/testing';
import type { JWK } from 'jose';
import { z } from 'zod';
import { writeAtomically } from '../files/write-atomically.ts';

const jwk = z.looseObject({ kty: z.string() });
const secretsShape = z.object({
  notice: z.string(),
  kafka: z.record(z.string(), z.string()),
  postgres: z.record(z.string(), z.string()),
  redis: z.string(),
  submissionCache: z.string().optional(),
  webhooks: z.string().optional(),
  accounts: z.record(z.string(), z.string()),
  clients: z.record(z.string(), z.object({ privateJwk: jwk, publicJwk: jwk })),
  signingKey: jwk,
});

/** Everything secret in a stack, made at its first start and kept with its data. */
export type StackSecrets = z.infer<typeof secretsShape>;

/** For whom secrets are needed. */
export interface SecretHolders {
  kafkaUsers: readonly string[];
  postgresRoles: readonly string[];
  accounts: readonly string[];
  clients: readonly string[];
}

/** Reads the secrets of a stack, making what is not there yet. */
export async function loadSecrets(file: string, holders: SecretHolders): Promise<StackSecrets> {
  const known = existsSync(file) ? secretsShape.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  const secrets: StackSecrets = {
    notice:
      'Secrets of the demonstration on this machine, made at its first start. / Secrets de la démonstration.',
    kafka: passwordsFor(holders.kafkaUsers, known?.kafka, secretText),
    postgres: passwordsFor(holders.postgresRoles, known?.postgres, secretText),
    redis: known?.redis ?? secretText(),
    submissionCache: known?.submissionCache ?? secretText(),
    webhooks: known?.webhooks ?? secretText() + secretText(),
    accounts: passwordsFor(holders.accounts, known?.accounts, sayablePassword),
    clients: await keysFor(holders.clients, known?.clients ?? {}),
    signingKey: known?.signingKey ?? keyOf((await createSigningKey('provider')).privateJwk),
  };
  writeAtomically(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function passwordsFor(
  names: readonly string[],
  known: Readonly<Record<string, string>> | undefined,
  make: () => string,
): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, known?.[name] ?? make()]));
}

async function keysFor(
  names: readonly string[],
  known: StackSecrets['clients'],
): Promise<StackSecrets['clients']> {
  const pairs = names.map(async (name) => {
    const existing = known[name];
    if (existing !== undefined) return [name, existing] as const;
    const { privateJwk, publicJwk } = await createSigningKey(name);
    return [name, { privateJwk: keyOf(privateJwk), publicJwk: keyOf(publicJwk) }] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

function keyOf(key: JWK): z.infer<typeof jwk> {
  return jwk.parse(key);
}

function secretText(): string {
  return `demo-${randomBytes(18).toString('base64url').replaceAll('_', 'x')}`;
}

/** Typed by hand from a screen, so without letters and digits that look alike. */
function sayablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `demo-${group()}-${group()}-${group()}`;
}
