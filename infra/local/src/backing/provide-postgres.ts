import { setTimeout as sleep } from 'node:timers/promises';
import { provisionDatabase } from '@chappe/postgres';
import { type RunningPostgres, startPostgres } from '@chappe/testing';
import type { UnitPlan } from '../services/unit.ts';

const database = 'chappe';
/** Trigram and accent-free search for the archive. */
const extensions = ['pg_trgm', 'unaccent', 'btree_gin'];

/** A server as its superuser reaches it. */
export interface ProvidedPostgres {
  /** In the stack's own database. */
  adminUrl: string;
  unit: UnitPlan;
}

/** Starts the stack's own PostgreSQL, with a database of its own. */
export async function providePostgres(wishes: {
  dataDir: string;
  port: number;
  password: string;
  durable: boolean;
  onProgress(text: string): void;
}): Promise<ProvidedPostgres> {
  const plan = { ...wishes, database };
  const first = await startPostgres(plan);
  let pending: RunningPostgres | undefined = first;
  return {
    adminUrl: first.url,
    unit: {
      name: 'postgres',
      async launch() {
        const running = pending ?? (await startAfterCrash(plan));
        pending = undefined;
        return running;
      },
      // The server has been waited for when it is launched.
      ready: async () => {},
    },
  };
}

/** Creates one role with one schema per service. */
export async function provisionRoles(
  adminUrl: string,
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const roles = Object.entries(passwords).map(([name, password]) => ({ name, password, schema: name }));
  await provisionDatabase(adminUrl, { roles, extensions });
}

/** The URL with which a service's role connects. */
export function roleUrl(adminUrl: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

/** After a SIGKILL the server's children hold its memory for a moment, and it refuses to start. */
async function startAfterCrash(plan: Parameters<typeof startPostgres>[0]): Promise<RunningPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startPostgres(plan);
    } catch (error) {
      if (attempt === 5) throw error;
      await sleep(300 * attempt);
    }
  }
}
