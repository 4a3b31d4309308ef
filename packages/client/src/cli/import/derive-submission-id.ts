import { deriveId } from '@chappe/schemas';

/** What the ids of an import's rows derive from, besides their keys. */
export interface ImportIdentity {
  /** The name of the import: the same rows under another name are other messages. */
  readonly name: string;
  /** When the import was prepared: the time bits of its ids, and so the year of its references. */
  readonly preparedAtMs: number;
}

/**
 * The submission id of a row: a UUIDv7 whose time is that of the import and whose other bits are a hash of its
 * name and the row's key. The same row has the same id on every machine and in every run, so sending it twice
 * is one message.
 */
export function deriveSubmissionId({ name, preparedAtMs }: ImportIdentity, key: readonly string[]): string {
  const hash = deriveId('chappe-import', name, ...key).replaceAll('-', '');
  const time = preparedAtMs.toString(16).padStart(12, '0');
  return [time.slice(0, 8), time.slice(8), `7${hash.slice(13, 16)}`, hash.slice(16, 20), hash.slice(20)].join(
    '-',
  );
}
