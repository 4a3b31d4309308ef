import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEntry, Manifest } from '@chappe/schemas';
import type { InstallationStore } from '../adapters/postgres-installation.ts';
import { describeInstallation } from '../domain/describe-installation.ts';
import type { InstallationFinding } from '../domain/installation-finding.ts';
import { type FirstReleaseContext, judgeFirstRelease } from '../domain/judge-first-release.ts';
import { planInstallation, type SoundFirstRelease } from '../domain/plan-installation.ts';
import type { TopicContent } from '../domain/plan-publication.ts';
import type { InstallationRequest } from './installer-arguments.ts';
import { readDirectoryFolder } from './read-directory-folder.ts';

/** What installing needs. */
export interface InstallerPorts {
  readonly store: InstallationStore;
  readTopic(): Promise<TopicContent>;
  /** Shows what would be installed. */
  show(judged: SoundFirstRelease): void;
  /** Whether somebody agrees to what was shown. */
  confirm(): Promise<boolean>;
  newId(): string;
  readonly traceId: string;
  readonly ranBy: string;
  readonly installation: Omit<FirstReleaseContext, 'proposedBy' | 'approvedBy' | 'nowMs'>;
  nowMs(): number;
}

/** What came of it. */
export type InstallationOutcome =
  | {
      readonly status: 'installed' | 'already-installed';
      readonly manifest: Manifest;
      /** Whether the service has published it; it will, as soon as it runs. */
      readonly published: boolean;
    }
  | { readonly status: 'would-install' | 'declined' }
  | { readonly status: 'refused'; readonly findings: readonly InstallationFinding[] };

const publishedPollMs = 200;

/**
 * Installs the first release of the directory: judged as a whole, shown, agreed to, and kept in one transaction.
 * It publishes nothing: the service does, which alone writes the topic. Each step may be repeated after a crash.
 */
export async function runInstallation(
  request: InstallationRequest,
  ports: InstallerPorts,
): Promise<InstallationOutcome> {
  const { store, nowMs } = ports;
  const { proposedBy, approvedBy } = request;
  const reading = await readDirectoryFolder(request.path);
  if (reading.status === 'refused') return reading;
  const judge = () =>
    judgeFirstRelease(reading.files, { ...ports.installation, proposedBy, approvedBy, nowMs: nowMs() });
  const judged = judge();
  if (judged.status === 'refused') return judged;

  const last = await store.findLast();
  if (last !== null) return await ended(planFor(judged)(last));
  if (isWritten(await ports.readTopic())) return { status: 'refused', findings: [topicNotEmpty] };
  ports.show(judged);
  if (request.dryRun) return { status: 'would-install' };
  if (!request.yes && !(await ports.confirm())) return { status: 'declined' };

  // Minutes may have passed, and a grant with them.
  const agreed = judge();
  if (agreed.status === 'refused') return agreed;
  await store.prepare();
  return await ended(
    await store.install(planFor(agreed), {
      reason: request.reason,
      entriesOf: (manifest) => auditOf(manifest, agreed),
    }),
  );

  function planFor(sound: SoundFirstRelease) {
    const demonstration = !ports.installation.production;
    return (release: Manifest | null) => planInstallation(release, sound, { demonstration, nowMs: nowMs() });
  }

  function auditOf(manifest: Manifest, { proposer, approver }: SoundFirstRelease): readonly AuditEntry[] {
    return describeInstallation({
      auditIds: [ports.newId(), ports.newId()],
      manifest,
      proposer,
      approver,
      ranBy: ports.ranBy,
      reason: request.reason,
      traceId: ports.traceId,
    });
  }

  async function ended(plan: ReturnType<typeof planInstallation>): Promise<InstallationOutcome> {
    const { status, manifest } = plan;
    if (status === 'release-exists') return { status: 'refused', findings: [releaseExists(manifest)] };
    const published = request.dryRun ? await store.isPublished(1) : await publishedWithin(request.waitMs);
    return { status: status === 'new' ? 'installed' : status, manifest, published };
  }

  async function publishedWithin(waitMs: number): Promise<boolean> {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      if (await store.isPublished(1)) return true;
      if (performance.now() >= untilMs) return false;
      await sleep(publishedPollMs);
    }
  }
}

function isWritten({ applied, buffered, unreadable }: TopicContent): boolean {
  return applied !== null || buffered.size > 0 || unreadable !== null;
}

function releaseExists({ number, proposedBy, approvedBy }: Manifest): InstallationFinding {
  return {
    code: 'release-exists',
    file: '',
    pointer: '',
    detail: {
      fr: `l'annuaire a déjà la version ${number} (proposée par ${proposedBy}, approuvée par ${approvedBy}) : les suivantes sont proposées et approuvées par des administrateurs connectés`,
      en: `the directory has release ${number} already (proposed by ${proposedBy}, approved by ${approvedBy}): the next ones are proposed and approved by administrators who are signed in`,
    },
  };
}

const topicNotEmpty: InstallationFinding = {
  code: 'topic-not-empty',
  file: '',
  pointer: '',
  detail: {
    fr: "le journal Kafka contient déjà un annuaire que la base ignore : restaurez d'abord la base du service",
    en: 'Kafka holds a directory already of which the database knows nothing: restore the database of the service first',
  },
};
