import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type TestKafka, testKafka } from '@chappe/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTopic } from './bare-kafkajs.ts';

/** How long each process is watched: `IDLE_SECONDS=10` measures what docs/kafkajs.md says, and prints it. */
const seconds = process.env.IDLE_SECONDS ?? '3';
const script = fileURLToPath(new URL('idle-client.ts', import.meta.url));

let kafka: TestKafka;

beforeAll(async () => {
  kafka = await testKafka();
});

async function watchIdle(mode: 'bare' | 'ours'): Promise<{ checks: number; answers: number }> {
  const topic = await makeTopic(kafka.admin, `idle-${mode}`);
  const { stdout } = await promisify(execFile)(process.execPath, [script, mode, seconds], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      KAFKA_SETTINGS: JSON.stringify(kafka.admin),
      TOPIC: topic,
    },
    timeout: 30_000,
  });
  if (process.env.IDLE_SECONDS !== undefined) console.info(mode, stdout.trim());
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/**
 * After every answer kafkajs plans a check of its pending requests, and each check plans the next, in a negative
 * number of milliseconds: an idle process never rests (issue 1751), and Node 24 warns of the negative time-out.
 * What is counted are the checks, in a process of its own; what they cost stands in docs/kafkajs.md.
 */
describe('an idle client', () => {
  it('kafkajs: checks hundreds of times a second whether anything is pending', async () => {
    const { checks, answers } = await watchIdle('bare');
    expect(checks).toBeGreaterThan(answers + 500);
  });

  it('ours: checks once per answer, and between them not at all', async () => {
    const { checks, answers } = await watchIdle('ours');
    expect(answers).toBeGreaterThan(0);
    // Heartbeats and fetches of the consumer; the producer is silent.
    expect(checks).toBeLessThanOrEqual(answers + 2);
  });
});
