import { createSink, type IncomingRecord } from '@chappe/kafka';
import { type AuditEntry, auditTopic, decode } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import type { TestIssuer, TestKafka } from '@chappe/testing';
import { silentLog, until } from './directory-under-test.ts';

/** What these tests look at in an answer; a problem has a type, a proposal an id. */
export interface Answer {
  readonly status: number;
  readonly body: {
    readonly type?: string;
    readonly proposalId: string;
    readonly state?: string;
    readonly release?: number | null;
    readonly errors?: readonly { readonly code: string; readonly pointer: string; readonly detail: string }[];
    readonly items?: readonly Record<string, unknown>[];
    readonly [field: string]: unknown;
  };
}

/** One administrator, or whoever else tries. */
export interface Actor {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  propose(content: object, change?: object): Promise<Answer>;
  decide(proposalId: string, act: 'approval' | 'rejection' | 'withdrawal', reason?: string): Promise<Answer>;
}

/** Somebody of the demonstration who asks a running directory. */
export async function actor(service: RunningService, issuer: TestIssuer, subject: string): Promise<Actor> {
  const token = await issuer.mint({ subject, clientId: 'demo-console' });
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(new URL(path, service.url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    propose: (content, change = {}) =>
      ask('POST', '/v1/directory/proposals', {
        submissionId: newSubmissionId(),
        baseRelease: 1,
        reason: 'for the tests',
        ...content,
        ...change,
      }),
    decide: (proposalId, act, reason) =>
      ask('POST', `/v1/directory/proposals/${proposalId}/${act}`, reason === undefined ? {} : { reason }),
  };
}

let submissions = 0;

/** A UUIDv7 that no other test has. */
export function newSubmissionId(): string {
  submissions += 1;
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${submissions.toString(16).padStart(12, '0')}`;
}

/** The change that suspends a person of the demonstration, or ends it. */
export function suspension(person: string, suspended = true): object {
  return { changes: [{ list: 'persons', key: `person/${person}`, set: { suspended } }] };
}

/** The first audit entries that reach the topic, in the order in which things were done. */
export async function auditEntries(kafka: TestKafka, atLeast: number): Promise<readonly AuditEntry[]> {
  const found: AuditEntry[] = [];
  const sink = createSink(kafka.settings('archive'), {
    group: 'archive',
    topics: [auditTopic],
    apply: async ({ records }) => {
      for (const record of records) found.push(entryOf(record));
    },
    readOffset: async (_topic, _partition, logStart) => logStart,
    maxWaitMs: 50,
    log: silentLog,
  });
  await sink.start();
  try {
    await until(`${atLeast} audit entries`, () => found.length >= atLeast);
  } finally {
    await sink.stop();
  }
  return found.sort((a, b) => a.at - b.at);
}

function entryOf(record: IncomingRecord): AuditEntry {
  const decoded = decode('AuditEntry', record.value);
  if (decoded.status !== 'decoded') throw new Error(decoded.status);
  return decoded.value;
}
