import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AvroRecord } from '../avro-model.ts';
import { canonicalJson } from '../canonical-json.ts';
import { type RecordName, recordNames } from '../record-names.ts';

/** One line of lock.json: an id that means this version of this record, for ever. */
export interface LockEntry {
  readonly id: number;
  readonly record: RecordName;
  readonly version: number;
  readonly fingerprint: string;
}

/** A frozen version with its schema. */
export interface FrozenVersion extends LockEntry {
  readonly schema: AvroRecord;
}

const firstId = 1001;

/** SHA-256 of the RFC 8785 form of a frozen schema, everything in it included. */
export function fingerprintOf(schema: AvroRecord): string {
  return createHash('sha256').update(canonicalJson(schema)).digest('hex');
}

/** Name of a frozen version's file under avro/versions. */
export function versionFileName(record: RecordName, version: number): string {
  return `${record}.${version}.avsc`;
}

/** The lock file and the frozen files that it names, with what is wrong with them. */
export function readVersions(packageFolder: URL): { versions: FrozenVersion[]; problems: string[] } {
  const lockFile = new URL('lock.json', packageFolder);
  const folder = new URL('avro/versions/', packageFolder);
  const lock: LockEntry[] = existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')) : [];
  const problems = lockProblems(lock);
  const versions: FrozenVersion[] = [];
  const expected = new Set(lock.map((entry) => versionFileName(entry.record, entry.version)));
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!expected.has(name)) problems.push(`avro/versions/${name} is not in lock.json`);
  }
  for (const entry of lock) {
    const name = versionFileName(entry.record, entry.version);
    if (!existsSync(new URL(name, folder))) {
      problems.push(`avro/versions/${name} is missing`);
      continue;
    }
    const schema: AvroRecord = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
    if (fingerprintOf(schema) !== entry.fingerprint) {
      problems.push(
        `avro/versions/${name} does not have the fingerprint of lock.json: frozen files never change`,
      );
    }
    versions.push({ ...entry, schema });
  }
  return { versions, problems };
}

/** What is wrong with a lock file by itself: ids rise by order of entry, versions count from 1. */
export function lockProblems(lock: readonly LockEntry[]): string[] {
  const problems: string[] = [];
  const newest = new Map<string, number>();
  let lastId = firstId - 1;
  for (const entry of lock) {
    if (!recordNames.includes(entry.record)) problems.push(`lock.json: no record is called ${entry.record}`);
    if (entry.id <= lastId) problems.push(`lock.json: id ${entry.id} does not come after ${lastId}`);
    lastId = Math.max(lastId, entry.id);
    const previous = newest.get(entry.record) ?? 0;
    if (entry.version !== previous + 1) {
      problems.push(`lock.json: ${entry.record} ${entry.version} does not follow ${previous}`);
    }
    newest.set(entry.record, entry.version);
  }
  return problems;
}

/** What a change did to lock entries that were already published: they may only be added to, at the end. */
export function appendOnlyProblems(published: readonly LockEntry[], current: readonly LockEntry[]): string[] {
  return published.flatMap((entry, index) => {
    const now = current[index];
    return now !== undefined && canonicalJson(now) === canonicalJson(entry)
      ? []
      : [
          `lock.json: entry ${entry.id} (${entry.record} ${entry.version}) was published and is changed or gone`,
        ];
  });
}

/** Freezes a new version: its file, and its line at the end of the lock. */
export function freezeVersion(packageFolder: URL, record: RecordName, schema: AvroRecord): FrozenVersion {
  const { versions } = readVersions(packageFolder);
  const version = versions.filter((entry) => entry.record === record).length + 1;
  const id = Math.max(firstId - 1, ...versions.map((entry) => entry.id)) + 1;
  const entry: LockEntry = { id, record, version, fingerprint: fingerprintOf(schema) };
  const file = new URL(`avro/versions/${versionFileName(record, version)}`, packageFolder);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  const lock: LockEntry[] = [...versions.map(({ schema: _, ...line }) => line), entry];
  const lines = lock.map((line) => `  ${JSON.stringify(line)}`);
  writeFileSync(new URL('lock.json', packageFolder), `[\n${lines.join(',\n')}\n]\n`);
  return { ...entry, schema };
}
