import type { DirectorySnapshot } from '@chappe/directory';
import {
  type DirectoryReplica,
  type LaneProducer,
  type OutgoingRecord,
  openDirectoryReplica,
} from '@chappe/kafka';
import { loadConfig } from '@chappe/service-kit';
import type { TestDatabase, TestIssuer, TestKafka } from '@chappe/testing';
import { directorySettings } from '../src/config.ts';
import { type DirectoryOverrides, startDirectory } from '../src/index.ts';

/** Records per group in these tests, small so that a release goes out in many steps. */
export const groupRecords = 10;

export const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The stores of a test, and who signs its tokens. */
export interface TestStores {
  readonly kafka: TestKafka;
  readonly database: TestDatabase;
  readonly issuer: Pick<TestIssuer, 'issuer' | 'jwksUrl'>;
}

/** Starts the service against the stores of a test. */
export function startUnderTest(stores: TestStores, overrides: DirectoryOverrides = {}) {
  return startDirectory(loadConfig(directorySettings, environmentUnderTest(stores)), overrides);
}

/** The environment in which the service runs in a test. */
export function environmentUnderTest(stores: TestStores): Record<string, string> {
  return {
    ...stores.kafka.environment('directory'),
    CHAPPE_PROFILE: 'demonstration',
    HTTP_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:9',
    POSTGRES_URL: stores.database.url,
    OIDC_ISSUER: stores.issuer.issuer,
    OIDC_JWKS_URL: stores.issuer.jwksUrl,
    LOG_LEVEL: 'silent',
    PUBLISH_GROUP_RECORDS: String(groupRecords),
    PUBLISH_RETRY_MS: '20',
  };
}

/** Another service's replica, with every release that it was given. */
export async function watchReleases(kafka: TestKafka): Promise<{
  releases: DirectorySnapshot[];
  ready: Promise<DirectoryReplica>;
}> {
  const releases: DirectorySnapshot[] = [];
  const ready = openDirectoryReplica(kafka.settings('mailbox'), {
    instanceId: `watch-${Math.random().toString(36).slice(2)}`,
    service: 'mailbox',
    maxWaitMs: 50,
    timeoutMs: 45_000,
    log: silentLog,
    onChange: (snapshot) => releases.push(snapshot),
  });
  // Whoever awaits `ready` is told; a test that never does must not end the run.
  ready.catch(() => undefined);
  return { releases, ready };
}

/** A producer that lets some groups pass and then dies, before or after the next one is written. */
export function dyingProducer(groups: number, moment: 'before' | 'after') {
  return (producer: LaneProducer): LaneProducer => {
    let sent = 0;
    return {
      ...producer,
      async send(records: readonly OutgoingRecord[]) {
        if (sent >= groups) {
          if (moment === 'after') await producer.send(records);
          throw new Error('killed by the test');
        }
        sent += 1;
        return producer.send(records);
      },
    };
  };
}

/** A producer that counts what it sends. */
export function countingProducer(sent: OutgoingRecord[]) {
  return (producer: LaneProducer): LaneProducer => ({
    ...producer,
    send(records: readonly OutgoingRecord[]) {
      sent.push(...records);
      return producer.send(records);
    },
  });
}

/** Waits for a condition; what it waits for is in the caller's words. */
export async function until(what: string, condition: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
