import type { TopicDefinition } from '@chappe/schemas';
import type { ExpectedCluster } from '../settings.ts';

/** A topic as the brokers describe it. */
export type FoundTopic =
  | { status: 'missing' }
  | { status: 'forbidden' }
  | { status: 'found'; partitions: number; replication: number; config: ReadonlyMap<string, string> };

/** Names every way in which a topic differs from its row of the table. */
export function compareTopic(
  wanted: TopicDefinition,
  found: FoundTopic,
  expected: ExpectedCluster = {},
): string[] {
  if (found.status === 'missing') return [`${wanted.name} does not exist`];
  if (found.status === 'forbidden') return [`${wanted.name} may not be described by this principal`];
  const differences: string[] = [];
  const differ = (what: string, is: string | number, wants: string | number): void => {
    differences.push(`${wanted.name} has ${what} ${is} instead of ${wants}`);
  };
  if (found.partitions !== wanted.partitions) differ('partitions', found.partitions, wanted.partitions);
  const replication = expected.replication ?? 1;
  if (found.replication < replication) differ('replication', found.replication, `at least ${replication}`);
  const insync = Number(found.config.get('min.insync.replicas') ?? 1);
  const wantedInsync = expected.minInsyncReplicas ?? 1;
  if (insync < wantedInsync) differ('min.insync.replicas', insync, `at least ${wantedInsync}`);
  for (const [name, value] of Object.entries(wanted.config)) {
    const is = found.config.get(name);
    if (is !== value) differ(name, is ?? 'unset', value);
  }
  return differences;
}
