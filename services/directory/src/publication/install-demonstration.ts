import {
  type DirectoryEntries,
  type DirectoryProblem,
  demonstrationApprover,
  demonstrationProposer,
  loadDemonstration,
} from '@chappe/directory';
import type { Logger } from '@chappe/service-kit';
import type { ReleaseStore } from '../adapters/postgres-releases.ts';
import { planRelease } from '../domain/plan-release.ts';

/** What installing needs. */
export interface InstallationPorts {
  readonly store: Pick<ReleaseStore, 'addRelease' | 'entries' | 'list'>;
  readonly issuer: string;
  nowMs(): number;
  readonly log: Logger;
}

/**
 * Installs the demonstration's directory, or what has changed of it. What administrators have made of it since is
 * theirs: then only the issuer of its persons and systems follows this stack's.
 */
export async function installDemonstration({ store, issuer, nowMs, log }: InstallationPorts): Promise<void> {
  const lastNumber = (await store.list()).at(-1)?.number;
  const inForce = lastNumber === undefined ? undefined : await store.entries(lastNumber);
  const plan = await store.addRelease((last) => {
    // Another instance has just added one: it has installed the same.
    if (last !== null && last.manifest.number !== lastNumber) return { status: 'unchanged' };
    const own = last?.proposed === true && inForce !== undefined;
    const entries = own ? withIssuer(inForce, issuer) : loadDemonstration(issuer);
    return planRelease(last?.manifest ?? null, entries, {
      proposedBy: demonstrationProposer,
      approvedBy: demonstrationApprover,
      approvedAtMs: nowMs(),
      demonstration: true,
    });
  });
  if (plan.status === 'refused') throw new DemonstrationNotSound(plan.problems);
  if (plan.status === 'new') log.info({ release: plan.manifest.number }, 'demonstration release added');
}

/** The demonstration's directory cannot be a release; says each fault with its file, its place and its remedy. */
export class DemonstrationNotSound extends Error {
  override readonly name = 'DemonstrationNotSound';
  readonly code = 'DEMONSTRATION_NOT_SOUND';

  constructor(problems: readonly DirectoryProblem[]) {
    const lines = problems.map(
      ({ file, pointer, code, key, detail }) => `  ${file}#${pointer} (${key}): ${code}. ${detail}`,
    );
    super(`the demonstration's directory is not sound:\n${lines.join('\n')}`);
  }
}

function withIssuer(entries: DirectoryEntries, issuer: string): DirectoryEntries {
  return {
    ...entries,
    persons: entries.persons.map((each) => ({ ...each, issuer })),
    systems: entries.systems.map((each) => ({ ...each, issuer })),
  };
}
