import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openDiskObjectStore } from '../src/objects/disk-object-store.ts';
import { announcementOf, begun, pdf, readAll, sha256Of, storeOver, uploader } from './evidence.fixture.ts';

const folder = mkdtempSync(`${tmpdir()}/chappe-crash-`);
const directory = `${folder}/store`;
const program = fileURLToPath(new URL('./upload-until-killed.ts', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the uploading process; kills it so long after it began to send. Its exit code, or null when it was killed. */
async function uploadFor(uploadId: string, file: string, killAfterMs: number): Promise<number | null> {
  const child = spawn(process.execPath, [program, directory, uploadId, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await Promise.race([exited, new Promise((resolve) => child.stdout.once('data', resolve))]);
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const code = await exited;
  clearTimeout(timer);
  return code;
}

describe('a process that is killed while it uploads', () => {
  it('at any moment leaves nothing that looks whole, and another ends in the same bytes', async () => {
    const objects = openDiskObjectStore(directory);
    await objects.check();
    const bytes = pdf(12 * 1024 * 1024);
    const file = `${folder}/evidence.pdf`;
    writeFileSync(file, bytes);
    const id = { uploader, sha256: sha256Of(bytes) };
    const store = storeOver(openDiskObjectStore(directory));
    const uploadId = await begun(store, bytes);
    let kills = 0;
    let former = 0;
    for (const killAfterMs of [10, 40, 80, 120, 160, 240, 60_000]) {
      const code = await uploadFor(uploadId, file, killAfterMs);
      if (code === null) kills += 1;
      const state = await store.uploads.state(uploader, uploadId);
      if (state === null || state === 'locked') throw new Error('the upload is gone');
      // What was stored stays stored.
      expect(state.offset).toBeGreaterThanOrEqual(former);
      former = state.offset;
      const found = await store.open(id);
      if (found !== null) expect(sha256Of(await readAll(found.content))).toBe(id.sha256);
      if (code === 0) break;
    }
    expect(kills).toBeGreaterThanOrEqual(2);
    const found = await store.open(id);
    expect(found === null ? '' : sha256Of(await readAll(found.content))).toBe(id.sha256);
    await objects.removeLeftovers(Date.now() + 1_000);
    expect(readdirSync(`${directory}/tmp`)).toEqual([]);
  });
});

describe('a large file', () => {
  it('passes through with the memory of a few segments', async () => {
    const store = storeOver(openDiskObjectStore(directory), { bounds: { segmentBytes: 4 * 1024 * 1024 } });
    const block = pdf(1024 * 1024);
    const blocks = 200;
    const hash = createHash('sha256');
    for (let index = 0; index < blocks; index += 1) hash.update(block);
    const sizeBytes = blocks * block.length;
    const created = await store.uploads.create({
      ...announcementOf(block),
      sha256: hash.digest('hex'),
      sizeBytes,
    });
    if (created.status !== 'created') throw new Error(created.status);
    const before = process.memoryUsage().rss;
    let most = 0;
    const content = Readable.from(
      (async function* () {
        for (let index = 0; index < blocks; index += 1) {
          most = Math.max(most, process.memoryUsage().rss);
          yield block;
        }
      })(),
    );
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const outcome = await store.uploads.receive(uploader, created.uploadId, { offset: 0, content });
    clearInterval(watching);
    expect(outcome).toMatchObject({ status: 'received', isComplete: true });
    expect(most - before).toBeLessThan(100 * 1024 * 1024);
  });
});
