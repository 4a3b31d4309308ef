import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { containerPid, removeContainer } from '../process/docker.ts';
import { freePorts } from '../process/free-port.ts';
import { forgetCommand, forgetFolder, watchCommand, watchFolder } from '../process/reaper.ts';
import { lastLines, type SupervisedProcess, superviseProcess } from '../process/supervise-process.ts';
import { type ContainerPlan, type JvmPlan, kafkaCommand } from './kafka-command.ts';
import {
  type KafkaClusterPlan,
  type KafkaDetour,
  type KafkaNode,
  type KafkaUser,
  kafkaProperties,
} from './kafka-properties.ts';
import { findKafkaRuntime, type KafkaRuntime } from './kafka-runtime.ts';

const run = promisify(execFile);
const brokerUser = 'broker';

/** What to start; all of it optional but the users. */
export interface KafkaOptions {
  /** Kept across starts when given; a temporary folder, removed at the end, otherwise. */
  dataDir?: string;
  /** Port of the first broker; the others take free ones unless `ports` names them all. */
  port?: number;
  ports?: readonly number[];
  /** Used when the cluster is formatted; an existing one keeps the ports it knows itself by. */
  controllerPorts?: readonly number[];
  /** One per broker: a second listener, for clients that come through a proxy. */
  detours?: readonly KafkaDetour[];
  brokers?: 1 | 3;
  users: readonly KafkaUser[];
  heapMb?: number;
  /** Starts with less work for the processors, and is slower under load: for tests. */
  shortLived?: boolean;
  overrides?: Readonly<Record<string, string>>;
  runtime?: KafkaRuntime;
  onProgress?: (text: string) => void;
}

/** A cluster that is up; `kafka-1`… are the keys of `pids`. */
export interface RunningKafka {
  readonly brokers: string[];
  /** The first super user given. */
  readonly admin: { username: string; password: string };
  readonly pids: Record<string, number>;
  readonly logFiles: readonly string[];
  /** Ends one broker at once, as a crash would. */
  kill(broker: number): Promise<void>;
  /** Sends one broker a signal. */
  signal(broker: number, signal: NodeJS.Signals): void;
  /** Starts a broker that was killed, and waits until it serves. */
  restart(broker: number): Promise<void>;
  /** Resolves when the broker's present process ends, for whatever reason. */
  exited(broker: number): Promise<unknown>;
  alive(broker: number): boolean;
  stop(): Promise<void>;
}

/** Starts Apache Kafka on loopback: SASL/PLAIN, StandardAuthorizer, deny by default. */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const admin = options.users.find((user) => user.superUser);
  if (admin === undefined) throw new Error('one Kafka user must be a super user');
  const runtime = options.runtime ?? (await findKafkaRuntime(options.onProgress));
  const temporary = options.dataDir === undefined;
  const folder = options.dataDir ?? mkdtempSync(`${tmpdir()}/chappe-kafka-`);
  if (temporary) watchFolder(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const count = options.brokers ?? 1;
  const identity = await clusterIdentity(folder, count, options.controllerPorts);
  const nodes = await planNodes(folder, identity, options);
  const cluster: KafkaClusterPlan = {
    nodes,
    users: options.users,
    broker: { name: brokerUser, password: brokerPassword(folder) },
    ...(runtime.kind === 'docker' && count === 1 ? { bindHost: '0.0.0.0' } : {}),
    ...(options.overrides === undefined ? {} : { overrides: options.overrides }),
  };
  await formatCluster(runtime, cluster, identity, folder);

  const processes = new Map<number, SupervisedProcess>();
  const pids: Record<string, number> = {};

  const launch = async (node: KafkaNode): Promise<void> => {
    const name = `kafka-${node.id}`;
    const jvm = { heapMb: options.heapMb ?? 512, shortLived: options.shortLived ?? false };
    const started = await startNode(runtime, cluster, node, folder, jvm);
    processes.set(node.id, started.process);
    pids[name] = started.process.pid;
    await started.ready;
    if (runtime.kind === 'docker')
      pids[name] = (await containerPid(started.container)) ?? started.process.pid;
  };
  const end = async (node: KafkaNode, how: (process: SupervisedProcess) => Promise<void>): Promise<void> => {
    const process = processes.get(node.id);
    if (!process?.alive()) return;
    await how(process);
    forgetCommand(containerName(node));
  };
  const stop = async (): Promise<void> => {
    await Promise.all(
      nodes.map((node) => end(node, (process) => process.stop(5_000, temporary ? 'SIGKILL' : 'SIGTERM'))),
    );
    if (temporary) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      forgetFolder(folder);
    }
  };
  try {
    await Promise.all(nodes.map(launch));
  } catch (error) {
    await stop();
    throw error;
  }
  const nodeOf = (id: number): KafkaNode => {
    const node = nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`there is no broker ${id}`);
    return node;
  };
  return {
    brokers: nodes.map((node) => `127.0.0.1:${node.port}`),
    admin: { username: admin.name, password: admin.password },
    pids,
    logFiles: nodes.map((node) => logFileOf(folder, node)),
    exited: async (id) => processes.get(nodeOf(id).id)?.exited,
    alive: (id) => processes.get(nodeOf(id).id)?.alive() ?? false,
    signal: (id, signal) => processes.get(nodeOf(id).id)?.kill(signal),
    stop,
    async kill(id) {
      const node = nodeOf(id);
      await end(node, async (process) => {
        await process.stop(5_000, 'SIGKILL');
        if (runtime.kind === 'docker') {
          const [docker = 'docker', ...remove] = removeContainer(containerName(node));
          await run(docker, remove);
        }
      });
    },
    async restart(id) {
      const node = nodeOf(id);
      if (processes.get(id)?.alive()) throw new Error(`broker ${id} is running`);
      await launch(node);
    },
  };
}

/**
 * What a quorum remembers about itself and must find again: its id, and of each controller the
 * directory id and the port, by which the controllers name one another.
 */
interface ClusterIdentity {
  clusterId: string;
  controllers: { directoryId: string; port: number }[];
}

async function clusterIdentity(
  folder: string,
  count: number,
  controllerPorts: readonly number[] | undefined,
): Promise<ClusterIdentity> {
  const file = `${folder}/cluster.json`;
  if (existsSync(file)) {
    const identity: ClusterIdentity = JSON.parse(readFileSync(file, 'utf8'));
    const size = identity.controllers.length;
    if (size !== count)
      throw new Error(
        `${folder} holds a cluster of ${size} broker(s), not ${count}; erase it first (npm run reset)`,
      );
    return identity;
  }
  const ports = controllerPorts ?? (await freePorts(count));
  return { clusterId: kafkaUuid(), controllers: ports.map((port) => ({ directoryId: kafkaUuid(), port })) };
}

async function planNodes(
  folder: string,
  identity: ClusterIdentity,
  options: KafkaOptions,
): Promise<KafkaNode[]> {
  const free = await freePorts(identity.controllers.length);
  return identity.controllers.map((controller, index) => {
    const detour = options.detours?.[index];
    return {
      id: index + 1,
      port: options.ports?.[index] ?? (index === 0 ? options.port : undefined) ?? free[index] ?? 0,
      controllerPort: controller.port,
      dataFolder: `${folder}/broker-${index + 1}/log`,
      ...(detour === undefined ? {} : { detour }),
    };
  });
}

async function formatCluster(
  runtime: KafkaRuntime,
  cluster: KafkaClusterPlan,
  identity: ClusterIdentity,
  folder: string,
): Promise<void> {
  const controllers = identity.controllers
    .map(({ directoryId, port }, index) => `${index + 1}@127.0.0.1:${port}:${directoryId}`)
    .join(',');
  await Promise.all(
    cluster.nodes.map(async (node) => {
      mkdirSync(node.dataFolder, { recursive: true, mode: 0o700 });
      const properties = propertiesOf(folder, node);
      writeFileSync(properties, kafkaProperties(cluster, node), { mode: 0o600 });
      if (existsSync(`${node.dataFolder}/meta.properties`)) return;
      const format = [
        'format',
        '-t',
        identity.clusterId,
        '-c',
        properties,
        '--initial-controllers',
        controllers,
      ];
      const container = { ...containerOf(cluster, node, folder), name: `${containerName(node)}-format` };
      const { command, args } = kafkaCommand(
        runtime,
        'kafka.tools.StorageTool',
        format,
        { heapMb: 128, shortLived: true },
        container,
      );
      await run(command, args);
    }),
  );
  writeFileSync(`${folder}/cluster.json`, JSON.stringify(identity));
}

interface StartedNode {
  process: SupervisedProcess;
  container: string;
  ready: Promise<void>;
}

async function startNode(
  runtime: KafkaRuntime,
  cluster: KafkaClusterPlan,
  node: KafkaNode,
  folder: string,
  jvm: JvmPlan,
): Promise<StartedNode> {
  const logFile = logFileOf(folder, node);
  const container = containerOf(cluster, node, folder);
  const plan = kafkaCommand(runtime, 'kafka.Kafka', [propertiesOf(folder, node)], jvm, container);
  if (plan.cleanUp !== undefined) watchCommand(container.name, plan.cleanUp);
  const from = existsSync(logFile) ? readFileSync(logFile).length : 0;
  const started = await superviseProcess({
    name: `kafka-${node.id}`,
    command: plan.command,
    args: plan.args,
    logFile,
    cwd: folder,
  });
  return { process: started, container: container.name, ready: waitUntilServing(started, logFile, from) };
}

async function waitUntilServing(process: SupervisedProcess, logFile: string, from: number): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    if (!process.alive()) throw new Error(`${process.name} ended while starting:\n${lastLines(logFile)}`);
    if (readFileSync(logFile).subarray(from).includes('Kafka Server started')) return;
    await sleep(50);
  }
  throw new Error(`${process.name} was not ready after 90 s:\n${lastLines(logFile)}`);
}

function containerOf(cluster: KafkaClusterPlan, node: KafkaNode, folder: string): ContainerPlan {
  return { name: containerName(node), folder, ports: [node.port], hostNetwork: cluster.nodes.length > 1 };
}

function containerName(node: KafkaNode): string {
  return `chappe-kafka-${node.id}-${node.port}`;
}

/** The brokers' own password stays with their data, since a restarted one must be believed. */
function brokerPassword(folder: string): string {
  const file = `${folder}/broker-password`;
  if (!existsSync(file))
    writeFileSync(file, `demo-${randomBytes(18).toString('base64url')}`, { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function propertiesOf(folder: string, node: KafkaNode): string {
  return `${folder}/broker-${node.id}/server.properties`;
}

function logFileOf(folder: string, node: KafkaNode): string {
  return `${folder}/broker-${node.id}/broker.log`;
}

function kafkaUuid(): string {
  // Kafka reserves ids whose text begins with a dash, which its tools would take for an option.
  const text = randomBytes(16).toString('base64url');
  return text.startsWith('-') ? kafkaUuid() : text;
}
