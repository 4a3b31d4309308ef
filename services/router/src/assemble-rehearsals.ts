import { createHash } from 'node:crypto';
import { type DirectorySnapshot, type EntryChange, rehearseRelease } from '@chappe/directory';
import type { Pool } from '@chappe/postgres';
import { canonicalJson } from '@chappe/schemas';
import type { HttpServer } from '@chappe/service-kit';
import { registerRehearse } from './adapters/http-rehearse.ts';
import { createPastDecisions } from './adapters/postgres-past-decisions.ts';
import type { ThreadReader } from './routing/explain-routing.ts';
import { rehearseDecisions } from './routing/rehearse-decisions.ts';

/** Joins rehearsals to the decisions that the router keeps. They use none of the lanes' connections. */
export function assembleRehearsals(
  app: HttpServer,
  parts: {
    pool: Pool;
    threads: ThreadReader;
    directory(): DirectorySnapshot | undefined;
    issuer: string;
  },
): void {
  const past = createPastDecisions(parts.pool);
  let last: { readonly key: string; readonly changed: ReturnType<typeof rehearseRelease> } | undefined;
  registerRehearse(app, {
    directory: parts.directory,
    change(inForce, changes) {
      // The parts of one rehearsal follow each other, and judging a whole directory takes long.
      const key = keyOf(inForce, changes);
      if (last?.key !== key) last = { key, changed: rehearseRelease(inForce, changes, parts.issuer) };
      return last.changed;
    },
    rehearse: (query, directories) =>
      rehearseDecisions(query, {
        past,
        threads: parts.threads,
        ...directories,
        elapsedMs: () => performance.now(),
      }),
    count: past.count,
  });
}

function keyOf(inForce: DirectorySnapshot, changes: readonly EntryChange[]): string {
  return createHash('sha256').update(inForce.sha256).update(canonicalJson(changes)).digest('hex');
}
