import {
  deadLetterGroupPrefix,
  directoryGroupPrefix,
  groups,
  type ServiceName,
  serviceNames,
  topics,
} from '@chappe/schemas';

/** What a principal may do with a resource. */
export type AclOperation = 'READ' | 'WRITE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS';

/** One right. `resource` carries the prefix of the deployment. */
export interface AccessRight {
  principal: string;
  resourceType: 'TOPIC' | 'GROUP';
  resource: string;
  pattern: 'LITERAL' | 'PREFIXED';
  operation: AclOperation;
}

/**
 * The brokers' access list, made from the topic table: whoever writes a topic may write it, whoever reads it
 * may read it, each in its own groups. There is no other right; the brokers deny by default.
 */
export function accessList(
  principals: Readonly<Record<ServiceName, string>>,
  topicPrefix: string,
): AccessRight[] {
  const rights: AccessRight[] = [];
  for (const service of serviceNames) {
    const principal = `User:${principals[service]}`;
    const onTopic = (name: string, operation: AclOperation): void => {
      const resource = topicPrefix + name;
      rights.push({ principal, resourceType: 'TOPIC', resource, pattern: 'LITERAL', operation });
    };
    for (const topic of topics) {
      const writes = topic.writers.includes(service);
      const reads = topic.readers.includes(service);
      if (writes) onTopic(topic.name, 'WRITE');
      if (reads) onTopic(topic.name, 'READ');
      if (!writes && !reads) continue;
      onTopic(topic.name, 'DESCRIBE');
      onTopic(topic.name, 'DESCRIBE_CONFIGS');
    }
    for (const { group } of groups.filter((each) => each.service === service)) {
      const resource = topicPrefix + group;
      rights.push({ principal, resourceType: 'GROUP', resource, pattern: 'LITERAL', operation: 'READ' });
    }
    for (const groupPrefix of [directoryGroupPrefix, deadLetterGroupPrefix]) {
      const resource = topicPrefix + groupPrefix(service);
      rights.push({ principal, resourceType: 'GROUP', resource, pattern: 'PREFIXED', operation: 'READ' });
    }
  }
  return rights;
}

/**
 * The rights of a principal that may read every topic of the deployment, in groups of its own: an operator's
 * tools in the demonstration. No service has them.
 */
export function readerRights(name: string, topicPrefix: string): AccessRight[] {
  const principal = `User:${name}`;
  // A prefix of nothing is no prefix to Kafka: the star stands for all.
  const where =
    topicPrefix === ''
      ? ({ resource: '*', pattern: 'LITERAL' } as const)
      : ({ resource: topicPrefix, pattern: 'PREFIXED' } as const);
  const onTopics = (['READ', 'DESCRIBE', 'DESCRIBE_CONFIGS'] as const).map(
    (operation): AccessRight => ({ principal, resourceType: 'TOPIC', operation, ...where }),
  );
  return [...onTopics, { principal, resourceType: 'GROUP', operation: 'READ', ...where }];
}
