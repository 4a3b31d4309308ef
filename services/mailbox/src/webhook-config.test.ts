import { ConfigurationError, loadConfig } from '@chappe/service-kit';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { webhookProblem, webhookSettingsShape } from './webhook-config.ts';

const settings = z
  .object({ CHAPPE_PROFILE: z.string(), ...webhookSettingsShape })
  .superRefine((config, context) => {
    const problem = webhookProblem(config);
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
  });
const key = 'k'.repeat(32);
const production = { CHAPPE_PROFILE: 'production', WEBHOOK_ENCRYPTION_KEY: key };

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(settings, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
};

it('wants a key in production, a long one, and lists nothing inside by default', () => {
  expect(problemsOf({ CHAPPE_PROFILE: 'production' })).toEqual([
    'WEBHOOK_ENCRYPTION_KEY is not set: the secrets of webhooks are sealed with it',
  ]);
  expect(problemsOf({ CHAPPE_PROFILE: 'demonstration' })).toEqual([]);
  expect(problemsOf({ ...production, WEBHOOK_ENCRYPTION_KEY: 'short' })).toHaveLength(1);
  expect(loadConfig(settings, production)).toMatchObject({
    WEBHOOK_ALLOWED_TARGETS: [],
    WEBHOOK_ALLOWED_PORTS: [
      [443, 443],
      [8443, 8443],
    ],
    WEBHOOK_RETRY_FOR_MS: 3 * 86_400_000,
  });
});

it('reads what the operator lists: addresses, ranges, names and ports', () => {
  const config = loadConfig(settings, {
    ...production,
    WEBHOOK_ALLOWED_TARGETS: '10.20.0.0/16, 127.0.0.1, fd00::/8, ::1, hooks.interne',
    WEBHOOK_ALLOWED_PORTS: '443, 1024-2048',
  });
  expect(config.WEBHOOK_ALLOWED_TARGETS).toEqual([
    { kind: 'range', cidr: '10.20.0.0/16' },
    { kind: 'range', cidr: '127.0.0.1/32' },
    { kind: 'range', cidr: 'fd00::/8' },
    { kind: 'range', cidr: '::1/128' },
    { kind: 'host', host: 'hooks.interne' },
  ]);
  expect(config.WEBHOOK_ALLOWED_PORTS).toEqual([
    [443, 443],
    [1024, 2048],
  ]);
});

it.each([
  ['WEBHOOK_ALLOWED_TARGETS', '10.20.0.0/33'],
  ['WEBHOOK_ALLOWED_TARGETS', '0x0a.1'],
  ['WEBHOOK_ALLOWED_TARGETS', '10.1'],
  ['WEBHOOK_ALLOWED_TARGETS', 'https://hooks.interne'],
  ['WEBHOOK_ALLOWED_TARGETS', '*.interne'],
  ['WEBHOOK_ALLOWED_PORTS', '00000'],
  ['WEBHOOK_ALLOWED_PORTS', '65536'],
  ['WEBHOOK_ALLOWED_PORTS', '90-80'],
  ['WEBHOOK_ALLOWED_PORTS', 'any'],
])('refuses %s=%s by its name, without the value', (name, value) => {
  const problems = problemsOf({ ...production, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} must list`));
  expect(problems[0]).not.toContain(value);
});
