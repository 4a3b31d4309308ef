import { fileURLToPath } from 'node:url';
import { removeContainer } from '../process/docker.ts';
import type { KafkaRuntime } from './kafka-runtime.ts';

const logConfiguration = fileURLToPath(new URL('../../../../infra/kafka/log4j2.properties', import.meta.url));

/** A program of the Kafka distribution, ready to be spawned. */
export interface KafkaCommand {
  command: string;
  args: string[];
  /** Ends the container when a signal cannot reach it. */
  cleanUp?: string[];
}

/** What a container needs to know on top of the command. */
export interface ContainerPlan {
  name: string;
  folder: string;
  ports: readonly number[];
  /** Brokers that speak to one another over loopback need the host's network. */
  hostNetwork: boolean;
}

/** How the virtual machine is to run. */
export interface JvmPlan {
  heapMb: number;
  shortLived: boolean;
}

/** The command line that runs `mainClass` with the runtime found. */
export function kafkaCommand(
  runtime: KafkaRuntime,
  mainClass: string,
  args: readonly string[],
  jvm: JvmPlan,
  container: ContainerPlan,
): KafkaCommand {
  const options = [
    `-Xmx${jvm.heapMb}m`,
    '-Xms64m',
    '-XX:+UseSerialGC',
    // The second compiler pays off after minutes only.
    ...(jvm.shortLived ? ['-XX:TieredStopAtLevel=1'] : []),
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${logConfiguration}`,
    '-cp',
    runtime.classPath,
    mainClass,
    ...args,
  ];
  if (runtime.kind === 'java') return { command: runtime.java, args: options };
  const user = process.getuid ? [`--user=${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  const network = container.hostNetwork
    ? ['--network=host']
    : container.ports.map((port) => `--publish=127.0.0.1:${port}:${port}`);
  const mounts = [
    `--volume=${container.folder}:${container.folder}`,
    `--volume=${logConfiguration}:${logConfiguration}:ro`,
  ];
  return {
    command: 'docker',
    args: [
      'run',
      '--rm',
      `--name=${container.name}`,
      ...user,
      ...network,
      ...mounts,
      '--entrypoint=java',
      runtime.image,
      ...options,
    ],
    cleanUp: removeContainer(container.name),
  };
}
