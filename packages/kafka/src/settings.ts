import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** How a service or an administrator reaches the brokers. */
export interface KafkaSettings {
  brokers: readonly string[];
  username?: string | undefined;
  password?: string | undefined;
  mechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  tls: boolean;
  /** PEM text of the authority that signed the brokers' certificates, when the system does not know it. */
  tlsCa?: string | undefined;
  clientId: string;
  /** Prefixes every topic and every group; empty outside tests. */
  topicPrefix: string;
  /** What the topics must be able to lose; without it, nothing is expected beyond the table. */
  expected?: ExpectedCluster | undefined;
}

/** What a deployment promises beyond the table of topics. */
export interface ExpectedCluster {
  /** Copies of each record. */
  replication?: number;
  /** How many of them must have it before it counts as written. */
  minInsyncReplicas?: number;
}

const brokerList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((list) => list.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)), 'must be host:port,host:port…');

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** The environment variables of Kafka, as a raw zod shape for a service's configuration. */
export const kafkaSettingsShape = {
  KAFKA_BROKERS: brokerList,
  KAFKA_USERNAME: z.string().min(1).optional(),
  KAFKA_PASSWORD: z.string().min(1).optional(),
  KAFKA_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_TLS: flag.optional(),
  KAFKA_TLS_CA_FILE: z.string().min(1).optional(),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/)
    .default(''),
  /** Copies that each topic must have at least: three in production, one in the demonstration. */
  KAFKA_REPLICATION: z.coerce.number().int().min(1).max(9).optional(),
  /** Copies that must have a record before it counts: two of three, or the only one. */
  KAFKA_MIN_INSYNC_REPLICAS: z.coerce.number().int().min(1).max(9).optional(),
};

/** The parsed form of `kafkaSettingsShape`. */
export type KafkaEnvironment = z.infer<z.ZodObject<typeof kafkaSettingsShape>>;

/** Turns the parsed environment into settings; TLS is on unless a demonstration profile leaves it out. */
export function kafkaSettingsFrom(
  environment: KafkaEnvironment,
  defaults: { clientId: string; production: boolean },
): KafkaSettings {
  const caFile = environment.KAFKA_TLS_CA_FILE;
  const replication = environment.KAFKA_REPLICATION ?? (defaults.production ? 3 : 1);
  const minInsyncReplicas = environment.KAFKA_MIN_INSYNC_REPLICAS ?? (replication > 2 ? 2 : 1);
  return {
    brokers: environment.KAFKA_BROKERS,
    username: environment.KAFKA_USERNAME,
    password: environment.KAFKA_PASSWORD,
    mechanism: environment.KAFKA_MECHANISM,
    tls: environment.KAFKA_TLS ?? defaults.production,
    tlsCa: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
    clientId: defaults.clientId,
    topicPrefix: environment.KAFKA_TOPIC_PREFIX,
    expected: { replication, minInsyncReplicas },
  };
}
