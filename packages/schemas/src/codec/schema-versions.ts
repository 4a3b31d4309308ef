import avsc from 'avsc';
import type { AvroRecord } from '../avro-model.ts';
import { versions, written } from '../generated/versions.ts';
import { type RecordName, recordNames } from '../record-names.ts';
import { compileMeasure, type Measure } from './measure-bytes.ts';

/** A frozen version of a record. */
export interface SchemaVersion {
  readonly id: number;
  readonly record: RecordName;
  readonly version: number;
  /** The schema as JSON text. */
  readonly schema: string;
}

/** How bytes of one version become a value of the newest. */
export interface VersionReader {
  readonly measure: Measure;
  readonly reader: avsc.Type;
  readonly resolver: ReturnType<avsc.Type['createResolver']> | undefined;
}

/** Every frozen version that this release knows, in the order of the lock file. */
export const schemaVersions: readonly SchemaVersion[] = versions;

/** The highest id that this release knows. */
export const highestSchemaId = Math.max(...versions.map((version) => version.id));

const byId = new Map(versions.map((version) => [version.id, version]));
const types = new Map<number, avsc.Type>();
const readers = new Map<number, VersionReader>();

/** A frozen version by id, or undefined when this release does not know it. */
export function schemaVersionById(id: number): SchemaVersion | undefined {
  return byId.get(id);
}

/** The version of a record that this release writes. */
export function writtenVersion(record: RecordName): SchemaVersion {
  return found(
    versions.find((entry) => entry.record === record && entry.version === written[record]),
    record,
  );
}

/** The newest version of a record that this release knows; it reads into this one. */
export function newestVersion(record: RecordName): SchemaVersion {
  return found(
    versions.findLast((entry) => entry.record === record),
    record,
  );
}

/** The parsed schema of a version, without its docs. */
export function parsedSchema(version: SchemaVersion): AvroRecord {
  return JSON.parse(version.schema);
}

/** The avsc type of a version, made once. */
export function typeOf(version: SchemaVersion): avsc.Type {
  let type = types.get(version.id);
  if (type === undefined) {
    type = avsc.Type.forSchema(JSON.parse(version.schema), {
      registry: {},
      wrapUnions: 'never',
      omitRecordMethods: true,
    });
    types.set(version.id, type);
  }
  return type;
}

/** Bounds and resolver of a version, made once per writer's id. */
export function readerOf(version: SchemaVersion): VersionReader {
  let entry = readers.get(version.id);
  if (entry === undefined) {
    const writer = typeOf(version);
    const reader = typeOf(newestVersion(version.record));
    const resolver = reader === writer ? undefined : reader.createResolver(writer);
    entry = { measure: compileMeasure(parsedSchema(version)), reader, resolver };
    readers.set(version.id, entry);
  }
  return entry;
}

/** Makes every type and resolver now, so that the first record of a service does not wait for them. */
export function warmUpCodec(records: readonly RecordName[] = recordNames): void {
  for (const version of versions) if (records.includes(version.record)) readerOf(version);
}

function found(version: SchemaVersion | undefined, record: RecordName): SchemaVersion {
  if (version === undefined) throw new Error(`lock.json has no version of ${record}`);
  return version;
}
