import {
  ensureKafkaRuntime,
  type KafkaDetour,
  type KafkaUser,
  type RunningKafka,
  startKafka,
} from '@chappe/testing';
import type { UnitPlan, UnitProcess } from '../services/unit.ts';

/** A cluster that exists already, from the variables that the services use too. */
export interface ExternalKafka {
  brokers: string[];
  username: string | null;
  password: string | null;
  mechanism: string;
  tls: boolean;
}

/** Reads KAFKA_BROKERS and its companions; undefined when the stack is to bring its own Kafka. */
export function externalKafka(env: NodeJS.ProcessEnv): ExternalKafka | undefined {
  if (!env.KAFKA_BROKERS) return undefined;
  return {
    brokers: env.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    username: env.KAFKA_USERNAME || null,
    password: env.KAFKA_PASSWORD || null,
    mechanism: env.KAFKA_MECHANISM || 'plain',
    tls: env.KAFKA_TLS === 'true',
  };
}

/** What the stack's own cluster is made from. */
export interface KafkaPlan {
  dataDir: string;
  brokers: 1 | 3;
  ports: readonly number[];
  controllerPorts: readonly number[];
  users: readonly KafkaUser[];
  detours?: readonly KafkaDetour[];
  shortLived?: boolean;
  overrides?: Readonly<Record<string, string>>;
  onProgress(text: string): void;
}

/** The stack's own cluster, and one unit per broker. */
export interface ProvidedKafka {
  running: RunningKafka;
  units: UnitPlan[];
}

/** Starts Apache Kafka with Java and Maven, else Docker, else with packages installed for it. */
export async function provideKafka(plan: KafkaPlan): Promise<ProvidedKafka> {
  const runtime = await ensureKafkaRuntime(plan.onProgress);
  const running = await startKafka({ ...plan, runtime, heapMb: plan.brokers === 1 ? 512 : 320 });
  const units = running.logFiles.map((logFile, index) => brokerUnit(running, index + 1, logFile));
  return { running, units };
}

function brokerUnit(running: RunningKafka, broker: number, logFile: string): UnitPlan {
  const name = `kafka-${broker}`;
  return {
    name,
    async launch(): Promise<UnitProcess> {
      if (!running.alive(broker)) await running.restart(broker);
      const exited = running.exited(broker);
      return {
        pid: running.pids[name] ?? 0,
        logFile,
        exited,
        alive: () => running.alive(broker),
        kill: (signal) => running.signal(broker, signal),
        async stop() {
          running.signal(broker, 'SIGTERM');
          const insist = setInterval(() => running.signal(broker, 'SIGKILL'), 5_000);
          await exited;
          clearInterval(insist);
        },
      };
    },
    // A broker has been waited for when it is launched.
    ready: async () => {},
  };
}
