/** A SASL/PLAIN user of the broker; only a super user passes the ACLs without one. */
export interface KafkaUser {
  name: string;
  password: string;
  superUser?: boolean;
}

/** One broker of the cluster, controller included. */
export interface KafkaNode {
  id: number;
  port: number;
  controllerPort: number;
  dataFolder: string;
  /** A second listener for clients, which sends them to another port: whatever stands between passes there. */
  detour?: KafkaDetour;
}

/** Where a broker listens for those who come through something else, and what it tells them of where it is. */
export interface KafkaDetour {
  port: number;
  advertisedPort: number;
}

/** What the properties of every node have in common. */
export interface KafkaClusterPlan {
  nodes: readonly KafkaNode[];
  users: readonly KafkaUser[];
  /** The user under which brokers and controllers speak to one another. */
  broker: KafkaUser;
  /** Where the brokers listen; containers need all of theirs. */
  bindHost?: string;
  overrides?: Readonly<Record<string, string>>;
}

/**
 * The server.properties of one node: KRaft with both roles, SASL/PLAIN on both listeners, deny by
 * default. Small thread pools and few internal partitions, since it shares a machine with the rest.
 */
export function kafkaProperties(cluster: KafkaClusterPlan, node: KafkaNode): string {
  const size = cluster.nodes.length;
  const replication = Math.min(size, 3);
  const minInSync = Math.min(replication, 2);
  const host = cluster.bindHost ?? '127.0.0.1';
  const users = [...cluster.users, cluster.broker];
  const superUsers = users.filter((user) => user.superUser || user === cluster.broker);
  const login = jaas([cluster.broker], cluster.broker);
  const { detour } = node;
  const listener = (name: string, own: number): string => `${name}://${host}:${own}`;
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'log.dirs': node.dataFolder,
    listeners: [
      listener('CLIENT', node.port),
      listener('CONTROLLER', node.controllerPort),
      ...(detour === undefined ? [] : [listener('DETOUR', detour.port)]),
    ].join(','),
    'advertised.listeners': [
      `CLIENT://127.0.0.1:${node.port}`,
      `CONTROLLER://127.0.0.1:${node.controllerPort}`,
      ...(detour === undefined ? [] : [`DETOUR://127.0.0.1:${detour.advertisedPort}`]),
    ].join(','),
    'listener.security.protocol.map': [
      'CLIENT:SASL_PLAINTEXT',
      'CONTROLLER:SASL_PLAINTEXT',
      'DETOUR:SASL_PLAINTEXT',
    ].join(','),
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': cluster.nodes
      .map((n) => `127.0.0.1:${n.controllerPort}`)
      .join(','),
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.client.plain.sasl.jaas.config': jaas(users, cluster.broker),
    ...(detour === undefined
      ? {}
      : { 'listener.name.detour.plain.sasl.jaas.config': jaas(users, cluster.broker) }),
    'listener.name.controller.plain.sasl.jaas.config': login,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': superUsers.map((user) => `User:${user.name}`).join(';'),
    'auto.create.topics.enable': 'false',
    'default.replication.factor': String(replication),
    'min.insync.replicas': String(minInSync),
    'offsets.topic.replication.factor': String(replication),
    'offsets.topic.num.partitions': '8',
    'transaction.state.log.replication.factor': String(replication),
    'transaction.state.log.min.isr': String(minInSync),
    'transaction.state.log.num.partitions': '2',
    'share.coordinator.state.topic.replication.factor': String(replication),
    'share.coordinator.state.topic.min.isr': String(minInSync),
    'share.coordinator.state.topic.num.partitions': '2',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // Of three, a dead broker is noticed within six seconds instead of nine; one alone has nobody to
    // yield to, and must not be fenced because the machine is busy.
    ...(size > 1 ? { 'broker.heartbeat.interval.ms': '1000', 'broker.session.timeout.ms': '6000' } : {}),
    'num.network.threads': '2',
    'num.io.threads': '4',
    'num.recovery.threads.per.data.dir': '2',
    'background.threads': '4',
    'log.cleaner.dedupe.buffer.size': '8388608',
    'log.cleaner.threads': '1',
    ...cluster.overrides,
  };
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

function jaas(users: readonly KafkaUser[], login: KafkaUser): string {
  const accepted = users.map((user) => `user_${user.name}="${user.password}"`).join(' ');
  return (
    'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
    `username="${login.name}" password="${login.password}" ${accepted};`
  );
}
