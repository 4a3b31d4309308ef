import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceName, topics } from '@chappe/schemas';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { disconnectQuietly } from '../disconnect-quietly.ts';
import type { Log } from '../log.ts';
import { openClient } from '../open-client.ts';
import type { KafkaSettings } from '../settings.ts';
import { type AccessRight, accessList, readerRights } from './access-list.ts';
import { createTopics } from './create-topics.ts';

/** How topics are made on this cluster. */
export interface ProvisionOptions {
  replication: number;
  minInsyncReplicas: number;
  /** The name of each service's principal, as it authenticates. */
  principals: Readonly<Record<ServiceName, string>>;
  /** Principals that may read everything; for the demonstration only. */
  readers?: readonly string[];
  log?: Log;
}

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, ResourcePatternTypes } =
  kafkajs;

/** What was made; what existed already with the right settings is not counted. */
export interface Provisioned {
  createdTopics: string[];
  alteredTopics: string[];
}

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Creates the topics of the table with their settings and access rights; brings the settings of topics that
 * exist back to the table. May be repeated. Never removes anything, and never changes a number of partitions:
 * that would send a thread's next message to another partition.
 */
export async function provisionTopics(
  adminSettings: KafkaSettings,
  options: ProvisionOptions,
): Promise<Provisioned> {
  const admin = openClient(adminSettings, { log: options.log ?? silent }).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const named = topics.map((topic) => ({ ...topic, fullName: adminSettings.topicPrefix + topic.name }));
    const missing = named.filter(({ fullName }) => !existing.has(fullName));
    const insync = { 'min.insync.replicas': String(options.minInsyncReplicas) };
    if (missing.length > 0) {
      await createTopics(
        admin,
        missing.map((topic) => ({
          topic: topic.fullName,
          numPartitions: topic.partitions,
          replicationFactor: options.replication,
          configEntries: entries({ ...topic.config, ...insync }),
        })),
      );
    }
    const present = named.filter(({ fullName }) => existing.has(fullName));
    const alteredTopics = await correctSettings(
      admin,
      present.map((topic) => ({ name: topic.fullName, config: { ...topic.config, ...insync } })),
    );
    const { topicPrefix } = adminSettings;
    const readers = (options.readers ?? []).flatMap((name) => readerRights(name, topicPrefix));
    await grant(admin, [...accessList(options.principals, topicPrefix), ...readers]);
    return { createdTopics: missing.map(({ fullName }) => fullName), alteredTopics };
  } finally {
    await disconnectQuietly(admin, options.log ?? silent);
  }
}

/** A broker that has just started under load may take many seconds to catch up with its controller. */
const aclsInForceMs = 60_000;

/** Creates rights and waits until a broker knows them: they reach the brokers after the answer. */
async function grant(admin: Admin, rights: readonly AccessRight[]): Promise<void> {
  await admin.createAcls({ acl: rights.map(aclOf) });
  const wanted = new Set(rights.map((right) => idOf(aclOf(right), right.resource)));
  for (const deadlineMs = Date.now() + aclsInForceMs; wanted.size > 0 && Date.now() < deadlineMs; ) {
    const { resources } = await admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ALLOW,
    });
    for (const resource of resources) {
      for (const acl of resource.acls) wanted.delete(idOf(acl, resource.resourceName));
    }
    if (wanted.size > 0) await sleep(100);
  }
  if (wanted.size > 0) throw new Error(`${wanted.size} access rights were created but are not in force`);
}

const idOf = (acl: { principal: string; operation: number }, resource: string): string =>
  `${acl.principal} ${acl.operation} ${resource}`;

interface WantedSettings {
  name: string;
  config: Readonly<Record<string, string>>;
}

/** Replaces the settings of topics that differ; the protocol replaces all of them at once. */
async function correctSettings(admin: Admin, wanted: readonly WantedSettings[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  const differing = wanted.filter(({ name, config }) => {
    const found = resources.find((resource) => resource.resourceName === name);
    const values = new Map(found?.configEntries.map((entry) => [entry.configName, entry.configValue]));
    return Object.entries(config).some(([key, value]) => values.get(key) !== value);
  });
  if (differing.length > 0) {
    await admin.alterConfigs({
      validateOnly: false,
      resources: differing.map(({ name, config }) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries: entries(config),
      })),
    });
  }
  return differing.map(({ name }) => name);
}

const entries = (config: Readonly<Record<string, string>>): { name: string; value: string }[] =>
  Object.entries(config).map(([name, value]) => ({ name, value }));

function aclOf(right: AccessRight): AclEntry {
  return {
    resourceType: AclResourceTypes[right.resourceType],
    resourceName: right.resource,
    resourcePatternType: ResourcePatternTypes[right.pattern],
    principal: right.principal,
    host: '*',
    operation: AclOperationTypes[right.operation],
    permissionType: AclPermissionTypes.ALLOW,
  };
}
