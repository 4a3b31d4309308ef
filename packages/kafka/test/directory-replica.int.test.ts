import {
  buildRelease,
  type DirectoryEntries,
  demonstrationApprover,
  demonstrationProposer,
  loadDemonstration,
} from '@chappe/directory';
import { type DirectoryRecord, encode } from '@chappe/schemas';
import { type TestKafka, testKafka } from '@chappe/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createLaneProducer,
  type DirectoryReplica,
  type DirectoryReplicaOptions,
  openDirectoryReplica,
  provisionTopics,
  publishAll,
} from '../src/index.ts';
import { recordingLog, until } from './read-topic.ts';

const entries = loadDemonstration('http://127.0.0.1/oidc');
let kafka: TestKafka;
const replicas: DirectoryReplica[] = [];

beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
});

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.close()));
});

function release(number: number, previous: DirectoryRecord[] | null, of: DirectoryEntries = entries) {
  return buildRelease(of, {
    number,
    previousSha256: previous?.at(-1)?.manifest?.sha256 ?? null,
    proposedBy: demonstrationProposer,
    approvedBy: demonstrationApprover,
    publishedAtMs: 1_750_000_000_000 + number,
    demonstration: true,
  });
}

async function publish(records: readonly DirectoryRecord[]): Promise<void> {
  const producer = createLaneProducer(kafka.settings('directory'), {
    name: 'directory',
    log: recordingLog(),
  });
  await producer.start();
  await publishAll(
    producer,
    records.map((record) => ({
      topic: 'directory.v1',
      key: `${record.release}/${record.key}`,
      value: encode('DirectoryRecord', record),
    })),
  );
  await producer.stop();
}

async function open(options: Partial<DirectoryReplicaOptions> = {}): Promise<DirectoryReplica> {
  const replica = await openDirectoryReplica(kafka.settings('router'), {
    service: 'router',
    instanceId: `i-${Math.random().toString(36).slice(2)}`,
    maxWaitMs: 100,
    timeoutMs: 20_000,
    log: recordingLog(),
    ...options,
  });
  replicas.push(replica);
  return replica;
}

it('is ready at the end of the topic, with the latest complete release, and never shows an older one', async () => {
  const first = release(1, null);
  const second = release(2, first);
  const third = release(3, second);
  // One batch of the log each, and one batch a fetch: the older releases are complete on the way.
  for (const records of [first, second, third]) await publish(records);
  const seen: number[] = [];
  const replica = await open({ maxFetchBytes: 1, onChange: (snapshot) => seen.push(snapshot.release) });
  expect(replica.ready()).toBe(true);
  expect(replica.current().release).toBe(3);
  expect(replica.current().correspondents.get('post:DJ')?.shortCode).toBe('DJ');
  expect(seen).toEqual([3]);
});

it('is not ready while there is no complete release, and becomes so with its manifest', async () => {
  const records = release(1, null);
  await publish(records.slice(0, -1));
  await expect(open({ timeoutMs: 1_500 })).rejects.toMatchObject({ name: 'DirectoryUnavailable' });
  const opening = open();
  await publish(records.slice(-1));
  expect((await opening).current().release).toBe(1);
});

it('follows releases as they are published, each replica all of them', async () => {
  const first = release(1, null);
  await publish(first);
  const [one, other] = await Promise.all([open(), open()]);
  const post = entries.correspondents.find(({ code }) => code === 'post:DJ');
  if (post === undefined) throw new Error('the demonstration has no post:DJ');
  const changed = {
    ...entries,
    correspondents: entries.correspondents.map((each) =>
      each === post ? { ...post, suspended: true } : each,
    ),
  };
  await publish(release(2, first, changed));
  await until('both follow', () => [one, other].every((replica) => replica.current().release === 2));
  expect(one.current().correspondents.get('post:DJ')?.suspended).toBe(true);
});

it('keeps the release in force when the next is not what its manifest says, and shows why', async () => {
  const first = release(1, null);
  await publish(first);
  const replica = await open();
  const second = release(2, first);
  const tampered = second.map((record) =>
    record.correspondent?.code === 'post:DJ'
      ? { ...record, correspondent: { ...record.correspondent, shortCode: 'XX' } }
      : record,
  );
  await publish(tampered);
  await until('it is refused', () => replica.health().refused !== null);
  expect(replica.health()).toMatchObject({ ready: true, release: 1, refused: 'wrong-digest' });
  expect(replica.current().correspondents.get('post:DJ')?.shortCode).toBe('DJ');
  await publish(second);
  await until('the true one is applied', () => replica.current().release === 2);
  expect(replica.health().refused).toBeNull();
});

it('passes over bytes that are no directory record', async () => {
  const first = release(1, null);
  await publish(first);
  const producer = createLaneProducer(kafka.settings('directory'), {
    name: 'directory',
    log: recordingLog(),
  });
  await producer.start();
  await publishAll(producer, [{ topic: 'directory.v1', key: '9/x', value: Buffer.from('not avro') }]);
  await producer.stop();
  const replica = await open();
  expect(replica.current().release).toBe(1);
  expect(replica.health().refused).toBe('BAD_FRAMING');
  await publish(release(2, first));
  await until('it follows', () => replica.current().release === 2);
});
