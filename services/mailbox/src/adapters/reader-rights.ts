import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import type { Subject } from '@chappe/policy';

/** Who a verified token says the caller is. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
}

/** One identity acting for one correspondent; shared by all its open streams. */
export interface Reader {
  readonly correspondent: string;
  /** Changes whenever what was rendered for this reader before may no longer be shown to it. */
  readonly version: number;
  /** The subject as the directory sees it now, or `null` once it may no longer have this stream. */
  subjectNow(): Subject | null;
}

/** Hands out readers and forgets them with their last stream. */
export interface ReaderRights {
  acquire(identity: TokenIdentity, correspondent: string): Reader;
  release(reader: Reader): void;
}

/** Grants begin and end by the clock too, so that a resolution does not stand for longer than this. */
const resolutionLifetimeMs = 1_000;

/** Makes the registry of readers over the directory as this replica holds it. */
export function createReaderRights(options: {
  /** Undefined when it is lost: then nobody's rights can be told, and every stream ends. */
  currentDirectory(): DirectorySnapshot | undefined;
  /** Whether such a stream is open to this subject at all. */
  mayStream(subject: Subject, nowMs: number): boolean;
  nowMs(): number;
}): ReaderRights {
  const readers = new Map<string, { reader: Reader; streams: number }>();
  const keys = new WeakMap<Reader, string>();

  function createReader(identity: TokenIdentity, correspondent: string): Reader {
    let resolvedAtMs = Number.NEGATIVE_INFINITY;
    let resolvedIn: DirectorySnapshot | undefined;
    let subject: Subject | null = null;
    let fingerprint = '';
    let version = 0;

    function streamerIn(directory: DirectorySnapshot, nowMs: number): Subject | null {
      const resolved = resolveSubject(directory, identity, correspondent, nowMs);
      if (resolved.status !== 'resolved') return null;
      return options.mayStream(resolved.subject, nowMs) ? resolved.subject : null;
    }

    return {
      correspondent,
      get version() {
        return version;
      },
      subjectNow() {
        const nowMs = options.nowMs();
        const directory = options.currentDirectory();
        const fresh = Math.abs(nowMs - resolvedAtMs) < resolutionLifetimeMs;
        if (directory === resolvedIn && fresh) return subject;
        subject = directory === undefined ? null : streamerIn(directory, nowMs);
        resolvedAtMs = nowMs;
        resolvedIn = directory;
        const next = JSON.stringify(subject);
        if (next !== fingerprint) version += 1;
        fingerprint = next;
        return subject;
      },
    };
  }

  return {
    acquire(identity, correspondent) {
      const key = JSON.stringify([identity.issuer, identity.subject, identity.clientId, correspondent]);
      const known = readers.get(key);
      if (known !== undefined) {
        known.streams += 1;
        return known.reader;
      }
      const reader = createReader(identity, correspondent);
      readers.set(key, { reader, streams: 1 });
      keys.set(reader, key);
      return reader;
    },
    release(reader) {
      const key = keys.get(reader);
      const known = key === undefined ? undefined : readers.get(key);
      if (key === undefined || known === undefined) return;
      known.streams -= 1;
      if (known.streams === 0) readers.delete(key);
    },
  };
}
