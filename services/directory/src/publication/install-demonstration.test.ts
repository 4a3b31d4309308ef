import { type DirectoryEntries, loadDemonstration } from '@chappe/directory';
import type { Manifest } from '@chappe/schemas';
import { createLogger } from '@chappe/service-kit';
import { describe, expect, it } from 'vitest';
import type { LastRelease } from '../adapters/postgres-releases.ts';
import { planRelease, type ReleasePlan } from '../domain/plan-release.ts';
import { DemonstrationNotSound, installDemonstration } from './install-demonstration.ts';

const log = createLogger({ service: 'directory', level: 'silent', instanceId: 'test' });
const approval = { proposedBy: 'a', approvedBy: 'b', approvedAtMs: 1_000, demonstration: true };

/** A store that holds one release, or none, and keeps what is added. */
function storeOf(inForce?: { readonly entries: DirectoryEntries; readonly everProposed: boolean }) {
  const added: ReleasePlan[] = [];
  const last = inForce && lastOf(inForce.entries, inForce.everProposed);
  const store = {
    list: async () => (last === undefined ? [] : [{ number: 1, sha256: last.manifest.sha256 }]),
    entries: async () => inForce?.entries,
    async addRelease(plan: (known: LastRelease | null) => ReleasePlan) {
      const planned = plan(last ?? null);
      added.push(planned);
      return planned;
    },
  };
  return { store, added };
}

function lastOf(entries: DirectoryEntries, everProposed: boolean): LastRelease {
  const plan = planRelease(null, entries, approval);
  if (plan.status !== 'new') throw new Error(plan.status);
  const manifest: Manifest = plan.manifest;
  return { manifest, everProposed };
}

const issuersIn = (plan: ReleasePlan | undefined) =>
  plan?.status === 'new'
    ? new Set(plan.records.flatMap(({ person, system }) => (person ?? system)?.issuer ?? []))
    : undefined;

describe('installDemonstration', () => {
  const edited = loadDemonstration('https://old.test');
  const own = { ...edited, rules: edited.rules.slice(1) };

  it('installs its data first, and again when that has changed', async () => {
    const empty = storeOf();
    await installDemonstration({ store: empty.store, issuer: 'https://new.test', nowMs: () => 2_000, log });
    expect(empty.added).toMatchObject([{ status: 'new', manifest: { number: 1 } }]);
    const older = storeOf({ entries: own, everProposed: false });
    await installDemonstration({ store: older.store, issuer: 'https://old.test', nowMs: () => 2_000, log });
    expect(older.added).toMatchObject([{ status: 'new', manifest: { number: 2 } }]);
    const same = storeOf({ entries: edited, everProposed: false });
    await installDemonstration({ store: same.store, issuer: 'https://old.test', nowMs: () => 2_000, log });
    expect(same.added).toEqual([{ status: 'unchanged' }]);
  });

  it('leaves to administrators what they have made of it, and only follows the issuer', async () => {
    const theirs = storeOf({ entries: own, everProposed: true });
    await installDemonstration({ store: theirs.store, issuer: 'https://old.test', nowMs: () => 2_000, log });
    expect(theirs.added).toEqual([{ status: 'unchanged' }]);
    const moved = storeOf({ entries: own, everProposed: true });
    await installDemonstration({ store: moved.store, issuer: 'https://new.test', nowMs: () => 2_000, log });
    const [plan] = moved.added;
    expect(issuersIn(plan)).toEqual(new Set(['https://new.test']));
    const rules = plan?.status === 'new' ? plan.records.filter(({ rule }) => rule !== null) : [];
    expect(rules).toHaveLength(own.rules.length);
  });

  it('says of data that is not sound each file, place and remedy', async () => {
    const broken = { ...own, rules: [], correspondents: [] };
    const { store } = storeOf({ entries: edited, everProposed: true });
    const installing = installDemonstration({
      store: { ...store, entries: async () => broken },
      issuer: 'https://old.test',
      nowMs: () => 2_000,
      log,
    });
    await expect(installing).rejects.toThrow(DemonstrationNotSound);
    await expect(installing).rejects.toThrow(
      /correspondents\.json#\/correspondents .*: no-duty-desk\. One desk/,
    );
    await expect(installing).rejects.toMatchObject({ loggable: true });
  });
});
