import {
  type DirectoryEntries,
  type DirectoryProblem,
  demonstrationApprover,
  demonstrationFiles,
  demonstrationProposer,
  judgeDirectoryFiles,
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

const mostLogged = 50;

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
    const own = last?.everProposed === true && inForce !== undefined;
    const entries = own ? withIssuer(inForce, issuer) : loadDemonstration(issuer);
    return planRelease(last?.manifest ?? null, entries, {
      proposedBy: demonstrationProposer,
      approvedBy: demonstrationApprover,
      approvedAtMs: nowMs(),
      demonstration: true,
    });
  });
  if (plan.status === 'refused') {
    const problems = placedInFiles(plan.problems, issuer);
    // A line each, since the log cuts long ones.
    for (const problem of problems.slice(0, mostLogged)) {
      log.error({ err: new DemonstrationNotSound([problem]) }, 'demonstration not sound');
    }
    throw new DemonstrationNotSound(problems);
  }
  if (plan.status === 'new') log.info({ release: plan.manifest.number }, 'demonstration release added');
}

/** The demonstration's directory cannot be a release; says each fault with its file, its place and its remedy. */
export class DemonstrationNotSound extends Error {
  override readonly name = 'DemonstrationNotSound';
  readonly code = 'DEMONSTRATION_NOT_SOUND';
  /** It quotes invented data alone, for whoever has just edited it. */
  readonly loggable = true;

  constructor(problems: readonly DirectoryProblem[]) {
    const lines = problems.map(
      ({ file, pointer, code, key, detail }) => `  ${file}#${pointer} (${key}): ${code}. ${detail}`,
    );
    super(`the demonstration's directory is not sound:\n${lines.join('\n')}`);
  }
}

/** What was read has lost its files; judged again from them, each fault has its line's place. */
function placedInFiles(problems: readonly DirectoryProblem[], issuer: string): readonly DirectoryProblem[] {
  const judged = judgeDirectoryFiles(demonstrationFiles, issuer);
  return judged.status === 'refused' ? judged.problems : problems;
}

function withIssuer(entries: DirectoryEntries, issuer: string): DirectoryEntries {
  return {
    ...entries,
    persons: entries.persons.map((each) => ({ ...each, issuer })),
    systems: entries.systems.map((each) => ({ ...each, issuer })),
  };
}
