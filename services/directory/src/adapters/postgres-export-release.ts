import { randomUUID } from 'node:crypto';
import { type FileEntries, writeEntries } from '@chappe/directory';
import type { Subject } from '@chappe/policy';
import { enqueueOutbox, type Pool } from '@chappe/postgres';
import { auditTopic, encode } from '@chappe/schemas';
import { describeAct } from '../domain/describe-act.ts';
import type { ReleaseStore } from './postgres-releases.ts';

/** The content of a release in the form of files. That it was read is durable before the answer leaves. */
export async function exportRelease(
  release: number,
  asked: { readonly subject: Subject; readonly traceId: string },
  ports: {
    readonly pool: Pool;
    readonly releases: Pick<ReleaseStore, 'entries'>;
    readonly issuer: string;
    nudgeRelay(): void;
    nowMs(): number;
  },
): Promise<FileEntries | undefined> {
  const entries = await ports.releases.entries(release);
  if (entries === undefined) return undefined;
  const entry = describeAct({
    auditId: randomUUID(),
    atMs: ports.nowMs(),
    subject: asked.subject,
    act: 'export',
    resourceKind: 'directory-release',
    resourceIds: [`release/${release}`],
    contentDigest: null,
    reason: null,
    outcome: 'ANSWERED',
    traceId: asked.traceId,
  });
  await enqueueOutbox(ports.pool, [
    { topic: auditTopic, key: entry.subject, value: encode('AuditEntry', entry) },
  ]);
  ports.nudgeRelay();
  return writeEntries(entries, ports.issuer);
}
