import { freePorts, type KafkaDetour, postgresFolder } from '@chappe/testing';
import type { PortPlan } from '../ports.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';
import { type Link, startLink } from './start-link.ts';

/** Where the services find the stores when proxies stand between. */
export interface StoreLinks {
  /** One per broker, or none. */
  readonly kafka: readonly KafkaDetour[];
  readonly postgresPort: number | undefined;
}

/** What stands ready to disturb a stack; nothing at all in one that is not for tests. */
export interface Disturbances {
  readonly links: ReadonlyMap<string, Link>;
  readonly storeLinks: StoreLinks;
  readonly smallDisks: ReadonlyMap<string, SmallDisk>;
  /** After the stores have ended. */
  close(): Promise<void>;
}

/** What is to be disturbed, and of which stack. */
export interface DisturbancePlan {
  readonly dataDir: string;
  readonly ports: PortPlan;
  readonly interposed: readonly ('kafka' | 'postgres')[];
  readonly smallDisks: Readonly<Record<string, number>>;
}

/** Opens the proxies and mounts the small disks, before any store starts. */
export async function openDisturbances(plan: DisturbancePlan): Promise<Disturbances> {
  const { dataDir, ports, interposed } = plan;
  const links = new Map<string, Link>();
  const smallDisks = new Map<string, SmallDisk>();
  const close = async (): Promise<void> => {
    await Promise.all([...links.values()].map((link) => link.close()));
    for (const disk of smallDisks.values()) disk.remove();
  };
  try {
    const brokers = interposed.includes('kafka') ? ports.kafka.length : 0;
    const free = await freePorts(2 * brokers + 1);
    const kafka: KafkaDetour[] = [];
    for (let index = 0; index < brokers; index += 1) {
      const name = `kafka-${index + 1}`;
      const targetPort = free.pop() ?? 0;
      const link = await startLink({ name, port: free.pop() ?? 0, targetPort });
      links.set(name, link);
      kafka.push({ port: targetPort, advertisedPort: link.port });
    }
    if (interposed.includes('postgres')) {
      const name = 'postgres';
      links.set(name, await startLink({ name, port: free.pop() ?? 0, targetPort: ports.postgres }));
    }
    for (const [name, sizeMb] of Object.entries(plan.smallDisks)) {
      const disk = mountSmallDisk(folderOf(name, dataDir), sizeMb);
      if (disk !== undefined) smallDisks.set(name, disk);
    }
    return { links, storeLinks: { kafka, postgresPort: links.get('postgres')?.port }, smallDisks, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function folderOf(store: string, dataDir: string): string {
  if (store === 'postgres') return postgresFolder(`${dataDir}/postgres`);
  const broker = /^kafka-(\d)$/.exec(store)?.[1];
  if (broker === undefined) throw new Error(`${store} keeps no data on a disk of its own`);
  return `${dataDir}/kafka/broker-${broker}/log`;
}
