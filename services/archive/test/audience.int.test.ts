import {
  audience,
  isInAudience,
  type MessageResource,
  type Relation,
  roles,
  type Subject,
} from '@chappe/policy';
import { createPool, migrate, type Pool } from '@chappe/postgres';
import { type TestDatabase, testDatabase } from '@chappe/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findInArchive, searchArchive } from '../src/adapters/postgres-read-archive.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const reader = 'person-officer-7';
const correspondent = 'desk:cyber';
const positions = ['Head of desk', 'Analyst'];
const classifications = ['NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'];
const areas = ['TERRORISM', 'COMPUTER_CRIME', 'DRUG_TRAFFICKING', 'UNKNOWN'];

/** A row as the archive keeps it: roles may be several, and the actor stands on the sender's own rows only. */
interface Row extends Omit<MessageResource, 'kind' | 'relation' | 'excluded'> {
  readonly roles: readonly string[];
  readonly actor: string | null;
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  roles: fc.subarray(['ACTION', 'INFORMATION', 'SENDER'], { minLength: 1 }),
  actor: fc.constantFrom(reader, 'person-officer-8', null),
  thirdPartyRule: fc.boolean(),
  classification: fc.constantFrom(...classifications),
  tlp: fc.constantFrom(null, 'CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'UNKNOWN'),
  handling: fc.uniqueArray(fc.constantFrom('H0', 'H1', 'H2', 'H3', 'UNKNOWN'), { maxLength: 3 }),
  crimeAreas: fc.uniqueArray(fc.constantFrom(...areas), { maxLength: 3 }),
  attentionPositions: fc.option(fc.subarray(positions)),
});

const anySubject: fc.Arbitrary<Subject> = fc
  .array(
    fc.record({
      role: fc.constantFrom(...roles),
      position: fc.constantFrom(...positions),
      clearance: fc.constantFrom(...classifications),
      crimeAreas: fc.uniqueArray(fc.constantFrom(...areas), { maxLength: 2 }),
      mayExercise: fc.boolean(),
    }),
    { maxLength: 2 },
  )
  .map((grants) => ({ kind: 'PERSON', id: reader, correspondent, grants, directoryRelease: 1 }));

const population = fc.sample(anyRow, { numRuns: 400, seed: 20260504 });
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await testDatabase('archive');
  pool = createPool({ url: database.url, applicationName: 'test', log });
  const signal = new AbortController().signal;
  await migrate(pool, { folder: new URL('../migrations/', import.meta.url), signal, log });
  for (const [place, row] of population.entries()) await keep(place, row);
});

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const idOf = (place: number): string => `019df000-0000-8000-8000-${place.toString(16).padStart(12, '0')}`;

async function keep(place: number, row: Row): Promise<void> {
  const id = idOf(place);
  const at = new Date(Date.UTC(2026, 4, 4) + place);
  const nothing = Buffer.alloc(1);
  await pool.query(
    `INSERT INTO message_record VALUES ($1, 'digest', $1, 'LEAD', 'routine', 'post:DJ', $2, $3)`,
    [id, at, nothing],
  );
  await pool.query(`INSERT INTO decision_record VALUES ($1, $1, 'digest', 'ACCEPTED', $2, $3)`, [
    id,
    at,
    nothing,
  ]);
  await pool.query(
    `INSERT INTO readable_message (correspondent, message_id, request_digest, thread_id, roles, decision_id,
      variant_id, kind, lane, status, sender, actor, classification, tlp, handling, crime_areas,
      third_party_rule, attention_positions, received_at, search)
    VALUES ($1, $2, 'digest', $2, $3, $2, $2, 'LEAD', 'routine', 'ACTUAL', 'post:DJ', $4, $5, $6, $7, $8, $9,
      $10, $11, to_tsvector('simple', 'lead'))`,
    [
      correspondent,
      id,
      row.roles,
      row.roles.includes('SENDER') ? row.actor : null,
      row.classification,
      row.tlp,
      row.handling,
      row.crimeAreas,
      row.thirdPartyRule,
      row.attentionPositions,
      at,
    ],
  );
}

/** The relations in which a row stands to the reader. */
function relationsOf({ roles: given, actor }: Row): Relation[] {
  return given.flatMap((role): Relation[] => {
    if (role === 'ACTION' || role === 'INFORMATION') return [role];
    return [actor === reader ? 'SENDER' : 'COLLEAGUE'];
  });
}

function admitted(subject: Subject, action: 'archive.search' | 'archive.read'): string[] {
  const predicate = audience(subject, action);
  return population.flatMap((row, place) => {
    const inside = relationsOf(row).some((relation) =>
      isInAudience(predicate, { kind: 'message', relation, excluded: false, ...row }),
    );
    return inside ? [idOf(place)] : [];
  });
}

describe('an audience as a condition of PostgreSQL', () => {
  it('admits to a search exactly what the policy admits, for generated subjects and messages', async () => {
    let compared = 0;
    let found = 0;
    await fc.assert(
      fc.asyncProperty(anySubject, async (subject) => {
        const query = { words: null, limit: population.length, after: null };
        const rows = await searchArchive(pool, subject, query);
        expect(rows.map(({ messageId }) => messageId).sort()).toEqual(admitted(subject, 'archive.search'));
        compared += population.length;
        found += rows.length;
      }),
      { numRuns: 250 },
    );
    expect(compared).toBe(100_000);
    expect(found).toBeGreaterThan(1_000);
  });

  it('and to an opening', async () => {
    await fc.assert(
      fc.asyncProperty(anySubject, fc.nat({ max: population.length - 1 }), async (subject, place) => {
        const opened = await findInArchive(pool, subject, idOf(place));
        expect(opened !== undefined).toBe(admitted(subject, 'archive.read').includes(idOf(place)));
      }),
      { numRuns: 250 },
    );
  });
});
