import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSecrets } from './stack-secrets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/chappe-secrets-`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const holders = {
  kafkaUsers: ['ingest', 'router'],
  postgresRoles: ['router'],
  accounts: ['demo-a'],
  clients: ['demo-b'],
};

it('keeps the secrets of the first start, adds those of new holders, and closes the file to others', async () => {
  const file = `${folder}/secrets.json`;
  const first = await loadSecrets(file, holders);
  const second = await loadSecrets(file, { ...holders, kafkaUsers: ['ingest', 'router', 'mailbox'] });
  expect(second.kafka).toMatchObject(first.kafka);
  expect(second.clients).toEqual(first.clients);
  expect(second.signingKey).toEqual(first.signingKey);
  expect(Object.keys(second.kafka)).toContain('mailbox');
  expect(statSync(file).mode & 0o077).toBe(0);
});

it('marks every secret as one of the demonstration, and makes none twice', async () => {
  const { kafka, postgres, redis, accounts } = await loadSecrets(`${folder}/other.json`, holders);
  const all = [...Object.values(kafka), ...Object.values(postgres), redis, ...Object.values(accounts)];
  expect(all.every((secret) => secret.startsWith('demo-'))).toBe(true);
  expect(new Set(all).size).toBe(all.length);
});
