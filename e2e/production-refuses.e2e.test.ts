import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const demonstration = {
  CHAPPE_PROFILE: 'production',
  HTTP_PORT: '0',
  PUBLIC_URL: 'http://127.0.0.1:8080',
  OIDC_ISSUER: 'http://127.0.0.1:8081',
  KAFKA_BROKERS: '127.0.0.1:9092',
  KAFKA_USERNAME: 'someone',
  KAFKA_PASSWORD: 'demo-kafka-password',
  KAFKA_MECHANISM: 'plain',
  KAFKA_TLS: 'false',
  POSTGRES_URL: 'postgres://someone:demo-postgres-password@127.0.0.1:5432/chappe',
  REDIS_URL: 'redis://:demo-redis-password@127.0.0.1:6379',
  SUBMISSION_CACHE_SECRET: 'demo-submission-cache-secret',
  WEBHOOK_ENCRYPTION_KEY: 'demo-webhook-encryption-key-of-32-characters',
  INGEST_URL: 'http://127.0.0.1:8092',
  SERVICE_CLIENT_ID: 'demo-mailbox',
  SERVICE_CLIENT_KEY_FILE: '/etc/chappe/mailbox-client.json',
};

const faults: Record<string, readonly string[]> = {
  ingest: [
    'PUBLIC_URL',
    'OIDC_ISSUER',
    'KAFKA_PASSWORD',
    'KAFKA_TLS',
    'REDIS_URL',
    'SUBMISSION_CACHE_SECRET',
  ],
  router: ['PUBLIC_URL', 'OIDC_ISSUER', 'KAFKA_PASSWORD', 'KAFKA_TLS', 'POSTGRES_URL'],
  mailbox: [
    'PUBLIC_URL',
    'OIDC_ISSUER',
    'KAFKA_PASSWORD',
    'KAFKA_TLS',
    'POSTGRES_URL',
    'REDIS_URL',
    'WEBHOOK_ENCRYPTION_KEY',
    'INGEST_URL',
    'SERVICE_CLIENT_ID',
  ],
  archive: ['PUBLIC_URL', 'OIDC_ISSUER', 'KAFKA_PASSWORD', 'KAFKA_TLS', 'POSTGRES_URL'],
  directory: ['PUBLIC_URL', 'OIDC_ISSUER', 'KAFKA_PASSWORD', 'KAFKA_TLS', 'POSTGRES_URL'],
};

describe('profile production with the means of the demonstration', () => {
  it.each(Object.entries(faults))(
    '%s refuses to start and names all of them at once',
    async (name, settings) => {
      const { code, text } = await start(name);
      expect(code).toBe(78);
      for (const setting of settings) expect(text).toContain(setting);
      expect(text).not.toMatch(
        /demo-(kafka|postgres|redis)-password|demo-submission-cache-secret|demo-webhook/,
      );
    },
  );
});

function start(name: string): Promise<{ code: number | null; text: string }> {
  const main = new URL(`../services/${name}/src/main.ts`, import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main], { env: { ...demonstration, PATH: process.env.PATH } });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(late);
      resolve({ code, text });
    });
  });
}
