import { createServer, type Server } from 'node:net';
import { createPool } from '@chappe/postgres';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDecisionStore } from './postgres-decision-store.ts';

/** A network that accepts connections and ends them, as a proxy or a failing host does. */
let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(() => {
  server.close();
});

/**
 * Found by a chaos run that cut the router off from PostgreSQL: the driver's "Connection terminated unexpectedly"
 * has no code, and outside a transaction nobody marked it. The sink took it for a bug of ours, and after three
 * attempts let the partition stand for a minute while the database had long been back.
 */
it('says that an offset could not be moved because the connection was lost, not because of the record', async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const pool = createPool({ url: `postgres://nobody@127.0.0.1:${port}/none`, applicationName: 'test', log });
  const move = { group: 'router.flash', topic: 'message.flash.v1', partition: 0, first: 0n, after: 1n };
  const moved = createDecisionStore(pool).advance(move, []);
  await expect(moved).rejects.toMatchObject({ transient: true });
  await pool.end();
});
