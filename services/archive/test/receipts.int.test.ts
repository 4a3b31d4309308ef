import { setTimeout as pause } from 'node:timers/promises';
import { provisionTopics } from '@chappe/kafka';
import { createPool, type Pool } from '@chappe/postgres';
import { deriveId, type Receipt } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import {
  createTestIssuer,
  type TestDatabase,
  type TestIssuer,
  type TestKafka,
  testDatabase,
  testKafka,
} from '@chappe/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveSettings, startArchive } from '../src/index.ts';
import { aLead, openWriters } from './archived-traffic.ts';

let kafka: TestKafka;
let database: TestDatabase;
let issuer: TestIssuer;
let archive: RunningService;
let writers: Awaited<ReturnType<typeof openWriters>>;
let pool: Pool;
const log = { debug() {}, info() {}, warn() {}, error() {} };

beforeAll(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  [database, issuer] = await Promise.all([testDatabase('archive'), createTestIssuer()]);
  writers = await openWriters((service) => kafka.settings(service));
  await writers.release(issuer.issuer);
  archive = await startArchive(
    archiveSettings.parse({
      CHAPPE_PROFILE: 'demonstration',
      HTTP_PORT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      OIDC_ISSUER: issuer.issuer,
      LOG_LEVEL: 'silent',
      POSTGRES_URL: database.url,
      ...kafka.environment('archive'),
    }),
  );
  pool = createPool({ url: database.url, applicationName: 'test', log });
});

afterAll(async () => {
  await archive?.stop();
  await writers?.close();
  await pool?.end();
  await issuer?.stop();
  await database?.drop();
});

const lead = aLead({ text: 'invented, about receipts', ordinal: 1 });
const deliveryId = deriveId('delivery', lead.messageId, 'desk:cyber');

/** A receipt as mailbox writes it; a repetition of one in the log is the same record. */
function receipt(version: number, type: Receipt['type']): Receipt {
  return {
    receiptId: deriveId('receipt', deliveryId, String(version)),
    messageId: lead.messageId,
    deliveryId,
    correspondent: 'desk:cyber',
    sender: 'post:DJ',
    type,
    version,
    actor: 'person-officer-desk-cyber',
    position: 'rédacteur',
    channel: 'SYSTEM',
    recordedBy: null,
    reason: null,
    transferredTo: null,
    at: 1_790_000_000_000 + version,
    lane: 'routine',
    status: 'EXERCISE',
  };
}

async function kept(): Promise<{ version: number; type: string }[]> {
  const { rows } = await pool.query<{ version: number; type: string }>(
    'SELECT version, type FROM receipt_record WHERE message_id = $1 ORDER BY version',
    [lead.messageId],
  );
  return rows;
}

it('keeps the receipts of persons once each, in the order of their versions, however often they come', async () => {
  const taken = receipt(2, 'TAKEN_IN_CHARGE');
  const transferred = receipt(3, 'TRANSFERRED');
  const complied = receipt(4, 'COMPLIED');
  // A relay that died between Kafka's acknowledgement and its own delete publishes its rows again.
  await writers.receipts([taken, transferred]);
  await writers.receipts([taken, transferred, complied]);
  await writers.receipts([taken]);
  const all = [
    { version: 2, type: 'TAKEN_IN_CHARGE' },
    { version: 3, type: 'TRANSFERRED' },
    { version: 4, type: 'COMPLIED' },
  ];
  const deadline = performance.now() + 20_000;
  while ((await kept()).length < all.length && performance.now() < deadline) await pause(50);
  // A repetition that were kept would show itself in this time.
  await pause(500);
  expect(await kept()).toEqual(all);
});
