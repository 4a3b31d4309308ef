import type { DirectoryRecord, Manifest } from '@chappe/schemas';
import type { FirstReleaseJudgement } from './judge-first-release.ts';
import { isContentOf, planRelease } from './plan-release.ts';

/** What becomes of an installation, once it is known which release is the last. */
export type InstallationPlan =
  | { readonly status: 'new'; readonly manifest: Manifest; readonly records: readonly DirectoryRecord[] }
  /** The very same was installed before: its installer was perhaps not answered. */
  | { readonly status: 'already-installed'; readonly manifest: Manifest }
  | { readonly status: 'release-exists'; readonly manifest: Manifest };

/** Content that was judged, with the two persons who answer for it. */
export type SoundFirstRelease = Extract<FirstReleaseJudgement, { readonly status: 'sound' }>;

/** Plans release 1. Where there is one, only the same content by the same two persons counts as a repetition. */
export function planInstallation(
  last: Manifest | null,
  { entries, proposer, approver }: SoundFirstRelease,
  { demonstration, nowMs }: { readonly demonstration: boolean; readonly nowMs: number },
): InstallationPlan {
  const proposedBy = proposer.person.personId;
  const approvedBy = approver.person.personId;
  if (last !== null) {
    const isSame =
      last.number === 1 &&
      last.proposedBy === proposedBy &&
      last.approvedBy === approvedBy &&
      isContentOf(last, entries);
    return { status: isSame ? 'already-installed' : 'release-exists', manifest: last };
  }
  const plan = planRelease(null, entries, { proposedBy, approvedBy, approvedAtMs: nowMs, demonstration });
  if (plan.status !== 'new') throw new Error('a content that was judged sound is a release');
  return plan;
}
