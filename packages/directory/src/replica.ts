import type { DirectoryRecord, Manifest } from '@chappe/schemas';
import { compareKeys } from './directory-entries.ts';
import { digestOfForms, formsOf, recordForm } from './release.ts';
import { runExamples } from './run-examples.ts';
import { buildSnapshot, type DirectorySnapshot } from './snapshot.ts';

/** Why a record of the directory was refused. */
export type RefusalReason =
  | 'malformed'
  | 'gap'
  | 'rollback'
  | 'wrong-digest'
  | 'broken-chain'
  | 'one-person'
  | 'example-fails'
  | 'altered-after-publication';

/** What a record did to a replica. `repeated` says what is known already: publishing twice is harmless. */
export type ReplicaEvent = 'buffered' | 'applied' | 'repeated' | 'refused';

/** Records of the release to come, newest first; a list so that each step shares its tail with the last. */
type Buffered = {
  readonly record: DirectoryRecord;
  readonly before: Buffered;
  /** How many there are, repeated keys included. */
  readonly length: number;
} | null;

/** A replica of the directory: what is applied, and what has arrived of the next release. Immutable. */
export interface ReplicaState {
  readonly applied: {
    readonly snapshot: DirectorySnapshot;
    readonly manifest: Manifest;
    readonly forms: ReadonlyMap<string, string>;
  } | null;
  /** Digests of the releases before the applied one, by number. */
  readonly history: ReadonlyMap<number, string>;
  readonly buffered: Buffered;
  /** The manifest of the next release, when it came before the last of its entries. */
  readonly awaiting: Manifest | null;
}

/** The outcome of one record. */
export interface ReplicaStep {
  readonly state: ReplicaState;
  readonly event: ReplicaEvent;
  readonly reason?: RefusalReason;
  /** What of the release is at fault, where one thing is: the example that fails, with its rule. */
  readonly detail?: string;
}

/** A replica that has read nothing. */
export function emptyReplica(): ReplicaState {
  return { applied: null, history: new Map(), buffered: null, awaiting: null };
}

/** The release in force; undefined before the first is complete. */
export function currentSnapshot(state: ReplicaState): DirectorySnapshot | undefined {
  return state.applied?.snapshot;
}

/** Records of the next release that have arrived so far, the last under each key. */
export function bufferedRecords(state: ReplicaState): ReadonlyMap<string, DirectoryRecord> {
  const byKey = new Map<string, DirectoryRecord>();
  for (let node = state.buffered; node !== null; node = node.before) {
    if (!byKey.has(node.record.key)) byKey.set(node.record.key, node.record);
  }
  return byKey;
}

/**
 * Reads one record. Releases come one after the other: entries of the next are buffered, and its manifest
 * applies them all or none. A manifest that comes first waits for its entries (compaction may leave them
 * behind it, when the writer repeated some). After one that does not fit, all that was buffered is dropped
 * and the writer has to publish the whole release again.
 */
export function applyDirectoryRecord(state: ReplicaState, record: DirectoryRecord): ReplicaStep {
  if (isMalformed(record)) return refuse(state, 'malformed');
  const current = state.applied?.manifest.number ?? 0;
  if (record.release > current + 1) return refuse(state, 'gap');
  if (record.release <= current) return judgeRepeated(state, record, current);
  if (record.manifest !== null) return applyManifest(state, record.manifest);
  const length = (state.buffered?.length ?? 0) + 1;
  const next = { ...state, buffered: { record, before: state.buffered, length } };
  const { awaiting } = next;
  return awaiting === null || length < awaiting.count
    ? { state: next, event: 'buffered' }
    : applyManifest(next, awaiting);
}

function applyManifest(state: ReplicaState, manifest: Manifest): ReplicaStep {
  const dropped = { ...state, buffered: null, awaiting: null };
  const previous = state.applied?.manifest.sha256 ?? null;
  if (manifest.previousSha256 !== previous) return refuse(dropped, 'broken-chain');
  if (manifest.proposedBy === manifest.approvedBy) return refuse(dropped, 'one-person');
  const byKey = bufferedRecords(state);
  if (byKey.size < manifest.count) return { state: { ...state, awaiting: manifest }, event: 'buffered' };
  const records = [...byKey.values()].sort((a, b) => compareKeys(a.key, b.key));
  const forms = formsOf(records);
  if (byKey.size > manifest.count || digestOfForms(manifest, forms) !== manifest.sha256) {
    return refuse(dropped, 'wrong-digest');
  }
  // The writer has judged the release, and a reader that disagrees must not route by it.
  for (const { rule } of records) {
    const [failed] = rule === null ? [] : runExamples(rule, 'lenient');
    if (failed === undefined) continue;
    return { ...refuse(dropped, 'example-fails'), detail: `rule/${failed.ruleId}: ${failed.example}` };
  }
  const history = new Map(state.history);
  if (state.applied !== null) history.set(state.applied.manifest.number, state.applied.manifest.sha256);
  return {
    state: {
      applied: { snapshot: buildSnapshot(manifest, records), manifest, forms },
      history,
      buffered: null,
      awaiting: null,
    },
    event: 'applied',
  };
}

/** A release that is applied never changes: the same record again is harmless, another one is refused. */
function judgeRepeated(state: ReplicaState, record: DirectoryRecord, current: number): ReplicaStep {
  if (record.manifest !== null) {
    const known =
      record.release === current ? state.applied?.manifest.sha256 : state.history.get(record.release);
    return record.manifest.sha256 === known ? { state, event: 'repeated' } : refuse(state, 'rollback');
  }
  if (record.release < current) return refuse(state, 'rollback');
  return state.applied?.forms.get(record.key) === recordForm(record)
    ? { state, event: 'repeated' }
    : refuse(state, 'altered-after-publication');
}

function isMalformed(record: DirectoryRecord): boolean {
  const set = [
    record.correspondent,
    record.person,
    record.grant,
    record.system,
    record.rule,
    record.coverage,
    record.channel,
    record.manifest,
    record.unit,
    record.position,
    record.shift,
    record.absence,
    record.releaseRule,
  ].filter((each) => each !== null).length;
  const isManifest = record.kind === 'MANIFEST';
  return (
    set > 1 ||
    (set === 0 && record.kind !== 'UNKNOWN') ||
    isManifest !== (record.manifest !== null) ||
    (record.manifest !== null && record.manifest.number !== record.release)
  );
}

function refuse(state: ReplicaState, reason: RefusalReason): ReplicaStep {
  return { state, event: 'refused', reason };
}
