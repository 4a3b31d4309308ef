import pg from 'pg';
import { seconds } from './come-back.ts';
import type { Fault } from './fault.ts';
import { hold } from './hold.ts';

/** SIGKILL of the postmaster: its children end with it, and what was committed is recovered from the log. */
export const killPostgres: Fault = {
  kind: 'kill-postgres',
  title: 'SIGKILL of PostgreSQL',
  touches: ['postgres'],
  needs: [],
  leastHoldMs: 0,
  mostHoldMs: 10_000,
  brokers: 1,
  async run({ stack, holdMs, signal }) {
    const postgres = stack.process('postgres');
    await postgres.crash();
    await hold(holdMs, signal);
    const startedAtMs = performance.now();
    await postgres.restart();
    return `postgres was killed and away for ${holdMs} ms; recovered in ${seconds(startedAtMs)}`;
  },
};

const pauseBetweenCutsMs = 700;

/** Every connection of the services is ended by the server, again and again, in the middle of what they do. */
export const terminateBackends: Fault = {
  kind: 'terminate-backends',
  title: 'PostgreSQL ends every connection, repeatedly (pg_terminate_backend)',
  touches: ['postgres'],
  needs: [],
  leastHoldMs: 1_000,
  mostHoldMs: 5_000,
  brokers: 1,
  async run({ stack, holdMs, signal }) {
    const client = new pg.Client({ connectionString: stack.state.postgres, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    let ended = 0;
    try {
      const endAtMs = performance.now() + holdMs;
      do {
        const { rowCount } = await client.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        );
        ended += rowCount ?? 0;
        await hold(pauseBetweenCutsMs, signal);
      } while (performance.now() < endAtMs && !signal.aborted);
    } finally {
      await client.end();
    }
    return `${ended} connections ended by the server`;
  },
};
