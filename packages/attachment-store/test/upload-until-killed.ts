/** Uploads the file that its arguments name, from where the stored bytes end: a process for tests to kill. */
import { createReadStream } from 'node:fs';
import { openDiskObjectStore } from '../src/objects/disk-object-store.ts';
import { storeOver, uploader } from './evidence.fixture.ts';

const [directory = '', uploadId = '', file = ''] = process.argv.slice(2);
const store = storeOver(openDiskObjectStore(directory));
const state = await store.uploads.state(uploader, uploadId);
if (state === null || state === 'locked') process.exit(3);
const content = createReadStream(file, { start: state.offset, highWaterMark: 16 * 1024 });
process.stdout.write('sending\n');
const outcome = await store.uploads.receive(uploader, uploadId, { offset: state.offset, content });
process.exit(outcome.status === 'received' && outcome.isComplete ? 0 : 4);
