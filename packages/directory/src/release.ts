import { createHash } from 'node:crypto';
import { canonicalJson, type DirectoryRecord, type Manifest } from '@chappe/schemas';
import {
  blankRecord,
  compareKeys,
  type DirectoryEntries,
  entryRecords,
  manifestKey,
} from './directory-entries.ts';

/** What a release says about itself besides its content. */
export interface ReleaseHeader {
  readonly number: number;
  readonly previousSha256: string | null;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly publishedAtMs: number;
  readonly demonstration: boolean;
}

/** The records of a release in the order of publication: entries by key, the manifest last. */
export function buildRelease(entries: DirectoryEntries, header: ReleaseHeader): DirectoryRecord[] {
  const records = entryRecords(entries, header.number);
  const manifest: Manifest = {
    number: header.number,
    count: records.length,
    sha256: '',
    previousSha256: header.previousSha256,
    proposedBy: header.proposedBy,
    approvedBy: header.approvedBy,
    publishedAt: header.publishedAtMs,
    demonstration: header.demonstration,
  };
  return [
    ...records,
    {
      ...blankRecord(header.number, manifestKey, 'MANIFEST'),
      manifest: { ...manifest, sha256: releaseDigest(manifest, records) },
    },
  ];
}

/**
 * The digest of a release: its manifest without the digest, then its records by key, each as canonical
 * JSON on a line. Since the manifest names the digest before, each release commits to all before it.
 */
export function releaseDigest(manifest: Manifest, records: Iterable<DirectoryRecord>): string {
  return digestOfForms(manifest, formsOf(records));
}

/** The form of each record, by key. */
export function formsOf(records: Iterable<DirectoryRecord>): ReadonlyMap<string, string> {
  return new Map([...records].map((record) => [record.key, recordForm(record)]));
}

/** The digest of a release from the forms of its records, for those who need these anyway. */
export function digestOfForms(manifest: Manifest, forms: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  hash.update(`${recordForm({ ...manifest, sha256: '' })}\n`);
  for (const [, form] of [...forms].sort(([a], [b]) => compareKeys(a, b))) hash.update(`${form}\n`);
  return hash.digest('hex');
}

/** Canonical JSON without what equals its default, so that a field added later changes no older digest. */
export function recordForm(value: unknown): string {
  return canonicalJson(withoutDefaults(value) ?? {});
}

function withoutDefaults(value: unknown): unknown {
  if (value === null || value === false || value === '') return undefined;
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item) => withoutDefaults(item) ?? null);
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value)
    .map(([name, each]): [string, unknown] => [name, withoutDefaults(each)])
    .filter(([, each]) => each !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
