import type { ExternalStores } from './backing/start-backings.ts';
import type { SmallDisk } from './disturb/small-disk.ts';
import type { Link } from './disturb/start-link.ts';
import type { StackState } from './files/stack-state.ts';
import type { StackAccount, StackClient } from './identity/accounts-file.ts';
import type { PortPlan } from './ports.ts';
import type { ProgressListener } from './progress.ts';
import type { LocalService, ServiceUnit } from './services/service-catalogue.ts';

/** How to start a stack; the defaults are those of tests. */
export interface StackOptions {
  /** Kept after the stack ends when given; a temporary folder, removed at the end, otherwise. */
  dataDir?: string;
  /** `free` takes ports that nobody uses now. */
  ports?: 'free' | PortPlan;
  brokers?: 1 | 3;
  /** Whether the post of Djibouti sends an exercise lead about every ten seconds. */
  trickle?: boolean;
  /** Whether what ends unasked is started again. */
  autoRestart?: boolean;
  /** False gives up PostgreSQL's durability against a crash of the machine, for speed. */
  durable?: boolean;
  onProgress?: ProgressListener;
  /** Other programs in place of services, for tests that crash a service at a chosen step. */
  serviceMains?: Partial<Record<LocalService, string>>;
  /** Added to the environment of every service. */
  extraEnv?: Readonly<Record<string, string>>;
  /** Added to the environment of one service. */
  serviceEnv?: Partial<Record<LocalService, Readonly<Record<string, string>>>>;
  /** Only these services run; all of them by default. */
  services?: readonly LocalService[];
  external?: ExternalStores;
  /** More than one process of a service; `ingest-2` and so on, beside `ingest`, past the public origin. */
  replicas?: Partial<Record<LocalService, number>>;
  /** Services reach these stores through proxies that can be told to disturb them. */
  interposed?: readonly ('kafka' | 'postgres')[];
  /** Sizes, in MB, of file systems in memory that hold the data of stores, where this process may mount. */
  smallDisks?: Readonly<Record<string, number>>;
  /** Brokers that start with less work for the processors, and are slower under a load of hours. */
  shortLivedBrokers?: boolean;
  /** Settings of the brokers. */
  kafkaSettings?: Readonly<Record<string, string>>;
  /** Stops the stack, also while it starts. */
  signal?: AbortSignal;
}

/** A process of a running stack, by which tests disturb it. */
export interface StackProcess {
  readonly name: string;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
  waitUntilReady(): Promise<void>;
  /** Stops it if it runs and starts it anew, with other settings if any are given. */
  restart(changes?: ProcessChanges): Promise<void>;
  stop(): Promise<void>;
  /** Ends it by SIGKILL, and leaves it down until it is restarted. */
  crash(): Promise<void>;
}

/** What may differ after a restart of a service; it stays so for later restarts. */
export interface ProcessChanges {
  env?: Readonly<Record<string, string>>;
  main?: string;
}

/** A service of a running stack. */
export interface StackService extends StackProcess {
  /** Where it listens itself, past the proxy. */
  readonly url: string;
  readonly logFile: string;
}

/** A stack that is up. */
export interface Stack {
  readonly state: StackState;
  readonly dataDir: string;
  readonly accounts: readonly StackAccount[];
  readonly clients: readonly StackClient[];
  service(name: ServiceUnit): StackService;
  /** Any process by its name in `state.pids`: `kafka-1`, `postgres`, `redis`, `oidc`, `proxy`, a service. */
  process(name: string): StackProcess;
  /** The proxies between services and stores: `kafka-1`…, `postgres`; none unless they were asked for. */
  readonly links: ReadonlyMap<string, Link>;
  /** The small disks that could be mounted, by the name of the store. */
  readonly smallDisks: ReadonlyMap<string, SmallDisk>;
  /** A principal of the stack's own Kafka: a service, `operator`, or `admin`, who may do everything. */
  kafkaUser(name: LocalService | 'operator' | 'admin'): { username: string; password: string } | null;
  setAutoRestart(on: boolean): void;
  stop(): Promise<void>;
}
