import avsc from 'avsc';
import type { AvroRecord } from '../avro-model.ts';
import { versions as frozenVersions, written as writtenVersions } from '../generated/versions.ts';
import { type RecordName, recordNames } from '../record-names.ts';
import { compileMeasure, type Measure } from './measure-bytes.ts';

/** A frozen version of a record. */
export interface SchemaVersion {
  readonly id: number;
  readonly record: RecordName;
  readonly version: number;
  /** The schema as JSON text, without its docs. */
  readonly schema: string;
}

/** How bytes of one version become a value of the newest. */
export interface VersionReader {
  readonly measure: Measure;
  readonly reader: avsc.Type;
  readonly resolver: ReturnType<avsc.Type['createResolver']> | undefined;
}

/** The versions that a release knows, and which of them it writes. */
export interface SchemaTable {
  readonly versions: readonly SchemaVersion[];
  readonly highestId: number;
  byId(id: number): SchemaVersion | undefined;
  written(record: RecordName): SchemaVersion;
  newest(record: RecordName): SchemaVersion;
  /** The avsc type of a version, made once. */
  typeOf(version: SchemaVersion): avsc.Type;
  /** Bounds and resolver of a version, made once per writer's id. */
  readerOf(version: SchemaVersion): VersionReader;
}

/** Makes the table of a release from its lock file and its frozen schemas. */
export function createSchemaTable(
  versions: readonly SchemaVersion[],
  writtenByRecord: Readonly<Record<RecordName, number>>,
): SchemaTable {
  const byId = new Map(versions.map((version) => [version.id, version]));
  const types = new Map<number, avsc.Type>();
  const readers = new Map<number, VersionReader>();

  const find = (record: RecordName, isWanted: (version: SchemaVersion) => boolean): SchemaVersion => {
    const found = versions.findLast((version) => version.record === record && isWanted(version));
    if (found === undefined) throw new Error(`lock.json lacks a version of ${record}`);
    return found;
  };
  const newest = (record: RecordName): SchemaVersion => find(record, () => true);

  const typeOf = (version: SchemaVersion): avsc.Type => {
    let type = types.get(version.id);
    if (type === undefined) {
      const schema: avsc.Schema = JSON.parse(version.schema);
      type = avsc.Type.forSchema(schema, { registry: {}, wrapUnions: 'never', omitRecordMethods: true });
      types.set(version.id, type);
    }
    return type;
  };

  const readerOf = (version: SchemaVersion): VersionReader => {
    let entry = readers.get(version.id);
    if (entry === undefined) {
      const writer = typeOf(version);
      const reader = typeOf(newest(version.record));
      const resolver = reader === writer ? undefined : reader.createResolver(writer);
      entry = { measure: compileMeasure(parseSchema(version)), reader, resolver };
      readers.set(version.id, entry);
    }
    return entry;
  };

  return {
    versions,
    highestId: Math.max(...versions.map((version) => version.id)),
    byId: (id) => byId.get(id),
    written: (record) => find(record, (entry) => entry.version === writtenByRecord[record]),
    newest,
    typeOf,
    readerOf,
  };
}

/** The table of this release. */
export const schemaTable: SchemaTable = createSchemaTable(frozenVersions, writtenVersions);

/** The schema of a version, parsed. */
export function parseSchema(version: SchemaVersion): AvroRecord {
  return JSON.parse(version.schema);
}

/** The self-contained Avro schema of a record as it is in memory: the newest version that this release knows. */
export function avroSchemaOf(record: RecordName): AvroRecord {
  return parseSchema(schemaTable.newest(record));
}

/** Makes every type and resolver now, so that the first record of a service does not wait for them. */
export function warmUpCodec(records: readonly RecordName[] = recordNames): void {
  for (const version of schemaTable.versions)
    if (records.includes(version.record)) schemaTable.readerOf(version);
}
