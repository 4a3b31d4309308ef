import { freePorts } from '@chappe/testing';
import { type LocalService, localServices } from './services/service-catalogue.ts';

/** The loopback ports of a stack. */
export interface PortPlan {
  public: number;
  oidc: number;
  services: Readonly<Record<LocalService, number>>;
  /** One per broker. */
  kafka: readonly number[];
  kafkaControllers: readonly number[];
  postgres: number;
  redis: number;
}

const defaults = {
  CHAPPE_PORT: 8080,
  CHAPPE_OIDC_PORT: 8081,
  CHAPPE_DIRECTORY_PORT: 8091,
  CHAPPE_INGEST_PORT: 8092,
  CHAPPE_ROUTER_PORT: 8093,
  CHAPPE_MAILBOX_PORT: 8094,
  CHAPPE_ARCHIVE_PORT: 8095,
  CHAPPE_KAFKA_PORT: 19092,
  CHAPPE_POSTGRES_PORT: 15432,
  CHAPPE_REDIS_PORT: 16379,
} as const;

/** The environment variables that move a port, with their defaults. */
export const portVariables: Readonly<Record<string, number>> = defaults;

/** The ports of `npm start`: fixed, each with an override. Brokers and controllers follow the first. */
export function portPlanFrom(env: NodeJS.ProcessEnv, brokers: number): PortPlan {
  const problems: string[] = [];
  const port = (name: keyof typeof defaults): number => {
    const given = env[name];
    if (given === undefined || given === '') return defaults[name];
    const value = Number(given);
    if (!Number.isInteger(value) || value < 1 || value > 65_535)
      problems.push(`${name} is not a port: ${given}`);
    return value;
  };
  const kafka = port('CHAPPE_KAFKA_PORT');
  const plan: PortPlan = {
    public: port('CHAPPE_PORT'),
    oidc: port('CHAPPE_OIDC_PORT'),
    services: {
      directory: port('CHAPPE_DIRECTORY_PORT'),
      ingest: port('CHAPPE_INGEST_PORT'),
      router: port('CHAPPE_ROUTER_PORT'),
      mailbox: port('CHAPPE_MAILBOX_PORT'),
      archive: port('CHAPPE_ARCHIVE_PORT'),
    },
    kafka: Array.from({ length: brokers }, (_, index) => kafka + index),
    kafkaControllers: Array.from({ length: brokers }, (_, index) => kafka + 10 + index),
    postgres: port('CHAPPE_POSTGRES_PORT'),
    redis: port('CHAPPE_REDIS_PORT'),
  };
  const seen = new Map<number, string>();
  for (const [name, value] of namedPorts(plan)) {
    const other = seen.get(value);
    if (other !== undefined) problems.push(`${name} and ${other} have the same port ${value}`);
    seen.set(value, name);
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
  return plan;
}

/** Ports that nobody uses now, for stacks of tests. */
export async function freePortPlan(brokers: number): Promise<PortPlan> {
  const free = await freePorts(4 + localServices.length + 2 * brokers);
  const take = (): number => {
    const next = free.pop();
    if (next === undefined) throw new Error('no free port is left');
    return next;
  };
  return {
    public: take(),
    oidc: take(),
    services: { directory: take(), ingest: take(), router: take(), mailbox: take(), archive: take() },
    kafka: Array.from({ length: brokers }, take),
    kafkaControllers: Array.from({ length: brokers }, take),
    postgres: take(),
    redis: take(),
  };
}

/** Every port of a plan with the name of what listens there. */
export function namedPorts(plan: PortPlan): [string, number][] {
  return [
    ['proxy', plan.public],
    ['oidc', plan.oidc],
    ...localServices.map((service): [string, number] => [service, plan.services[service]]),
    ...plan.kafka.map((port, index): [string, number] => [`kafka-${index + 1}`, port]),
    ...plan.kafkaControllers.map((port, index): [string, number] => [
      `kafka-${index + 1} (controller)`,
      port,
    ]),
    ['postgres', plan.postgres],
    ['redis', plan.redis],
  ];
}
