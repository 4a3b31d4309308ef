import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { assertProductionSafe } from './assert-production-safe.ts';
import { baseSettings } from './base-settings.ts';
import { ConfigurationError, loadConfig } from './load-config.ts';

const problemsOf = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

const required = {
  HTTP_PORT: '8080',
  PUBLIC_URL: 'https://chappe.example/',
  OIDC_ISSUER: 'https://id.example',
};

describe('loadConfig', () => {
  const schema = z.object({ ...baseSettings, LIMIT: z.coerce.number().int().min(1).max(9).default(3) });

  it('fills the defaults and treats an empty variable as absent', () => {
    const config = loadConfig(schema, { ...required, LIMIT: '' });
    expect(config).toMatchObject({
      CHAPPE_PROFILE: 'production',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 8080,
      PUBLIC_URL: 'https://chappe.example',
      OIDC_AUDIENCE: 'urn:chappe:api',
      LIMIT: 3,
    });
    expect(config.INSTANCE_ID).not.toBe(loadConfig(schema, required).INSTANCE_ID);
  });

  it('names every fault at once and no value', () => {
    const env = {
      HTTP_PORT: 'p4ssw0rd',
      OIDC_ISSUER: 'ftp://p4ssw0rd',
      LIMIT: '77',
      CHAPPE_PROFILE: 'p4ssw0rd',
    };
    const problems = problemsOf(() => loadConfig(schema, env));
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([
      'CHAPPE_PROFILE',
      'HTTP_PORT',
      'LIMIT',
      'OIDC_ISSUER',
      'PUBLIC_URL',
    ]);
    expect(problems.join()).not.toContain('p4ssw0rd');
    expect(problems).toContain('PUBLIC_URL is not set');
    expect(problems).toContain('LIMIT must be at most 9');
  });
});

describe('assertProductionSafe', () => {
  const safe = {
    CHAPPE_PROFILE: 'production',
    HTTP_HOST: '0.0.0.0',
    PUBLIC_URL: 'https://chappe.example',
    OIDC_ISSUER: 'https://id.example',
    KAFKA_BROKERS: ['k:9093'],
    KAFKA_TLS: true,
    KAFKA_USERNAME: 'ingest',
    KAFKA_PASSWORD: 'long-random',
    POSTGRES_URL: 'postgres://ingest:long-random@db/chappe?sslmode=verify-full',
    REDIS_URL: 'rediss://:long-random@redis',
  };

  it('accepts a production that is protected', () => {
    expect(problemsOf(() => assertProductionSafe(safe))).toEqual([]);
  });

  it('names everything of the demonstration at once', () => {
    const problems = problemsOf(() =>
      assertProductionSafe({
        ...safe,
        OIDC_ISSUER: 'http://127.0.0.1:4000',
        KAFKA_TLS: false,
        KAFKA_USERNAME: undefined,
        KAFKA_PASSWORD: 'demo-kafka',
        POSTGRES_URL: 'postgres://ingest:demo-secret@127.0.0.1/chappe',
        REDIS_URL: 'redis://127.0.0.1',
        OIDC_CLIENT_ID: 'demo-service-system',
      }),
    );
    expect(problems).toEqual([
      'KAFKA_PASSWORD carries a demonstration secret or client (prefix demo-)',
      'POSTGRES_URL carries a demonstration secret or client (prefix demo-)',
      'OIDC_CLIENT_ID carries a demonstration secret or client (prefix demo-)',
      'OIDC_ISSUER must use https',
      'KAFKA_TLS must not be false',
      'KAFKA_USERNAME is not set',
      'POSTGRES_URL must ask for TLS (sslmode=verify-full)',
      'REDIS_URL must use TLS (rediss:)',
      'REDIS_URL has no password',
    ]);
  });

  it('keeps the demonstration on the loopback interface', () => {
    const demonstration = { CHAPPE_PROFILE: 'demonstration', OIDC_ISSUER: 'http://127.0.0.1:4000' };
    expect(problemsOf(() => assertProductionSafe({ ...demonstration, HTTP_HOST: '127.0.0.1' }))).toEqual([]);
    expect(problemsOf(() => assertProductionSafe({ ...demonstration, HTTP_HOST: '0.0.0.0' }))).toHaveLength(
      1,
    );
  });
});
