import { describe, expect, it } from 'vitest';
import { aCorrespondent, aGrant, snapshotOf, someEntries } from './directory.fixture.ts';
import { resolveSubject } from './resolve-subject.ts';

const issuer = 'https://issuer.test';
const person = { issuer, subject: 'someone', clientId: 'console' };
const machine = { issuer, subject: 'machine', clientId: 'machine' };
const nowMs = 1_000;

function resolve(
  overrides: Parameters<typeof someEntries>[0],
  token = person,
  actingAs: string | null = null,
) {
  return resolveSubject(snapshotOf(someEntries(overrides)), token, actingAs, nowMs);
}

describe('resolveSubject', () => {
  it('finds a person by issuer and subject, with what is granted', () => {
    expect(resolve({})).toEqual({
      status: 'resolved',
      subject: {
        kind: 'PERSON',
        id: 'person-1',
        correspondent: 'post:DJ',
        directoryRelease: 1,
        grants: [
          {
            role: 'officer',
            position: 'attaché',
            clearance: 'RESTRICTED',
            crimeAreas: [],
            mayExercise: false,
          },
        ],
      },
    });
  });

  it('finds a system by issuer and client when the subject is the client', () => {
    expect(resolve({}, machine)).toMatchObject({ subject: { kind: 'SYSTEM', id: 'system-1' } });
  });

  it.each([
    { issuer: 'https://other.test', subject: 'someone', clientId: 'console' },
    { issuer, subject: 'nobody', clientId: 'console' },
    // A client whose id equals a person's subject is not that person, and the reverse.
    { issuer, subject: 'someone', clientId: 'someone' },
    { issuer, subject: 'machine', clientId: 'console' },
    // Issuer and subject cannot be shifted into one another.
    { issuer: 'https://issuer.testsome', subject: 'one', clientId: 'console' },
  ])('knows nobody by %j', (token) => {
    expect(resolve({}, token)).toEqual({ status: 'unknown-holder' });
  });

  it('takes only grants in force', () => {
    for (const bounds of [{ validFrom: 1_001 }, { validUntil: 1_000 }]) {
      expect(resolve({ grants: [aGrant(bounds)] })).toEqual({ status: 'no-grant' });
    }
    expect(resolve({ grants: [aGrant({ validFrom: 1_000, validUntil: 1_001 })] }).status).toBe('resolved');
  });

  it('grants nothing for a role that it does not know', () => {
    expect(resolve({ grants: [aGrant({ role: 'emperor' })] })).toEqual({ status: 'no-grant' });
  });

  it('asks for whom somebody acts who may act for several, and takes the answer only if granted', () => {
    const grants = [
      aGrant(),
      aGrant({ grantId: 'grant-3', correspondent: 'desk:cyber', role: 'desk-officer' }),
    ];
    expect(resolve({ grants })).toEqual({ status: 'acting-as-required', choices: ['desk:cyber', 'post:DJ'] });
    expect(resolve({ grants }, person, 'desk:cyber')).toMatchObject({
      subject: { correspondent: 'desk:cyber', grants: [{ role: 'desk-officer' }] },
    });
    expect(resolve({ grants }, person, 'desk:duty')).toEqual({ status: 'no-grant' });
  });

  it('joins several grants for one correspondent', () => {
    const grants = [aGrant(), aGrant({ grantId: 'grant-3', role: 'releaser' })];
    expect(resolve({ grants })).toMatchObject({
      subject: { grants: [{ role: 'officer' }, { role: 'releaser' }] },
    });
  });

  it('resolves no suspended person, system or correspondent', () => {
    const { persons, systems } = someEntries();
    expect(resolve({ persons: persons.map((each) => ({ ...each, suspended: true })) })).toEqual({
      status: 'suspended',
    });
    expect(resolve({ systems: systems.map((each) => ({ ...each, suspended: true })) }, machine)).toEqual({
      status: 'suspended',
    });
    const correspondents = [
      aCorrespondent({ suspended: true }),
      aCorrespondent({ code: 'desk:duty', type: 'DESK', shortCode: 'DU', dutyDesk: true }),
    ];
    expect(resolve({ correspondents })).toEqual({ status: 'suspended' });
    expect(resolve({ correspondents }, person, 'post:DJ')).toEqual({ status: 'suspended' });
  });
});
