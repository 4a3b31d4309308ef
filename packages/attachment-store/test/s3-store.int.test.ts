import { type RunningS3, startS3 } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../src/objects/object-store.ts';
import { openS3ObjectStore } from '../src/objects/s3-object-store.ts';
import { describeObjects } from './describe-objects.ts';
import { describeScanning } from './describe-scanning.ts';
import { describeStore } from './describe-store.ts';

let server: RunningS3;
const opened: ObjectStore[] = [];

beforeAll(async () => {
  server = await startS3();
}, 300_000);
afterAll(async () => {
  await Promise.all(opened.map((objects) => objects.close()));
  await server?.stop();
});

/** A connection of its own, as each process has. */
function open(changes: object = {}): ObjectStore {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = server;
  const settings = {
    store: 's3' as const,
    endpoint,
    bucket,
    region,
    accessKeyId,
    secretAccessKey,
    ...changes,
  };
  const objects = openS3ObjectStore(settings);
  opened.push(objects);
  return objects;
}

describe('objects on an S3-compatible server', () => describeObjects(open));
describe('attachments on an S3-compatible server', () => describeStore(open));
describe('scanned attachments on an S3-compatible server', () => describeScanning(open));

describe('a server that says no', () => {
  it('to a wrong key is unavailable, with what it said as a code', async () => {
    const stranger = open({ secretAccessKey: 'demo-of-somebody-else' });
    await expect(stranger.check()).rejects.toMatchObject({
      name: 'AttachmentStoreUnavailable',
      transient: true,
    });
    await expect(stranger.create('x/y', Buffer.from('z'))).rejects.toMatchObject({
      name: 'AttachmentStoreUnavailable',
    });
  });

  it('because it is not there is unavailable, within a bound', async () => {
    const nobody = open({ endpoint: 'http://127.0.0.1:9' });
    const startedMs = performance.now();
    await expect(nobody.read('x/y', 10)).rejects.toMatchObject({ name: 'AttachmentStoreUnavailable' });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});
