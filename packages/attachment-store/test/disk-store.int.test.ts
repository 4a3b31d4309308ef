import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, describe } from 'vitest';
import { openDiskObjectStore } from '../src/objects/disk-object-store.ts';
import { describeObjects } from './describe-objects.ts';
import { describeScanning } from './describe-scanning.ts';
import { describeStore } from './describe-store.ts';

const directory = mkdtempSync(`${tmpdir()}/chappe-attachments-`);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('objects on a disk', () => describeObjects(() => openDiskObjectStore(directory)));
describe('attachments on a disk', () => describeStore(() => openDiskObjectStore(directory)));
describe('scanned attachments on a disk', () => describeScanning(() => openDiskObjectStore(directory)));
