import {
  buildRelease,
  demonstrationApprover,
  demonstrationProposer,
  loadDemonstration,
} from '@chappe/directory';
import { createLaneProducer, type KafkaSettings, publishAll } from '@chappe/kafka';
import { directoryTopic, encode } from '@chappe/schemas';
import { loadConfig } from '@chappe/service-kit';
import { createTestIssuer, type TestIssuer, type TokenWishes } from '@chappe/testing';
import { ingestSettings } from '../src/config.ts';
import { type IngestOverrides, startIngest } from '../src/service.ts';

/** Where a scene's Kafka is, for ingest and for whoever publishes the directory. */
export interface SceneKafka {
  readonly admin: KafkaSettings;
  readonly environment: Record<string, string>;
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly tookMs: number;
}

/** A real ingest with the demonstration's directory and an issuer that mints anything. */
export interface Scene {
  readonly url: string;
  readonly issuer: TestIssuer;
  post(body: unknown, options?: PostOptions): Promise<Answer>;
  stop(): Promise<void>;
}

/** How to post; by default as the officer of Djibouti. */
export interface PostOptions {
  readonly path?: string;
  readonly token?: string | null;
  readonly as?: TokenWishes;
  readonly headers?: Record<string, string>;
}

const officer: TokenWishes = { subject: 'demo-officer-post-DJ' };
const silentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Starts ingest on a Kafka that is provisioned. */
export async function startScene(
  kafka: SceneKafka,
  { env = {}, overrides = {} }: { env?: Record<string, string>; overrides?: IngestOverrides } = {},
): Promise<Scene> {
  const issuer = await createTestIssuer();
  await publishDirectory(kafka.admin, issuer.issuer);
  const config = loadConfig(ingestSettings, {
    CHAPPE_PROFILE: 'demonstration',
    HTTP_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:9',
    OIDC_ISSUER: issuer.issuer,
    LOG_LEVEL: 'silent',
    SHUTDOWN_TIMEOUT_MS: '8000',
    ...kafka.environment,
    ...env,
  });
  const running = await startIngest(config, overrides);
  const officerToken = await issuer.mint(officer);

  return {
    url: running.url,
    issuer,
    async post(body, options = {}) {
      const token = options.token === undefined ? await tokenFor(options.as) : options.token;
      const startedMs = performance.now();
      const response = await fetch(`${running.url}${options.path ?? '/v1/messages'}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...options.headers,
        },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      });
      const read = (await response.json()) as Record<string, unknown>;
      return {
        status: response.status,
        type: String(read.type ?? '').replace('urn:chappe:problem:', ''),
        headers: response.headers,
        body: read,
        tookMs: performance.now() - startedMs,
      };
    },
    async stop() {
      await running.stop();
      await issuer.stop();
    },
  };

  function tokenFor(wishes: TokenWishes | undefined): Promise<string> {
    return wishes === undefined ? Promise.resolve(officerToken) : issuer.mint(wishes);
  }
}

async function publishDirectory(admin: KafkaSettings, issuer: string): Promise<void> {
  const records = buildRelease(loadDemonstration(issuer), {
    number: 1,
    previousSha256: null,
    proposedBy: demonstrationProposer,
    approvedBy: demonstrationApprover,
    publishedAtMs: Date.now(),
    demonstration: true,
  });
  const producer = createLaneProducer(admin, { name: 'directory', log: silentLog });
  await producer.start();
  await publishAll(
    producer,
    records.map((record) => ({
      topic: directoryTopic,
      key: `${record.release}/${record.key}`,
      value: encode('DirectoryRecord', record),
    })),
  );
  await producer.stop();
}
