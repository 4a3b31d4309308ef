import kafkajs, {
  type Kafka,
  type KafkaConfig,
  type LogEntry,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import { endStoppedFetchers } from './end-stopped-fetchers.ts';
import type { Log } from './log.ts';
import { quietTimerLoop } from './quiet-timer.ts';
import type { KafkaSettings } from './settings.ts';
import { timeBounds } from './time-bounds.ts';
import { warnSeldom } from './warn-seldom.ts';

/** Every field is set: under NODE_ENV=test kafkajs would otherwise use defaults of its own. */
export const clientRetry = {
  initialRetryTime: 100,
  maxRetryTime: 2_000,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
} as const;

/** Opens a client of kafkajs; one per consumer, because it caches committed offsets. */
export function openClient(
  settings: KafkaSettings,
  options: { log: Log; requestTimeoutMs?: number; retry?: RetryOptions },
): Kafka {
  quietTimerLoop();
  endStoppedFetchers();
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    ssl: settings.tls ? (settings.tlsCa === undefined ? true : { ca: settings.tlsCa }) : false,
    connectionTimeout: timeBounds.connectMs,
    authenticationTimeout: timeBounds.authenticateMs,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    enforceRequestTimeout: true,
    retry: { ...clientRetry, ...options.retry },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => forward(entry, options.log),
  };
  const sasl = saslOptions(settings);
  if (sasl !== undefined) config.sasl = sasl;
  return new kafkajs.Kafka(config);
}

function saslOptions(settings: KafkaSettings): SASLOptions | undefined {
  const { username, password } = settings;
  if (username === undefined || password === undefined) return undefined;
  return { mechanism: settings.mechanism ?? 'plain', username, password };
}

/**
 * kafkajs calls an error what it tries again at once, and hands over whole errors, members and assignments:
 * only the fields named here pass, one level lower.
 */
function forward(entry: LogEntry, log: Log): void {
  const { log: fields, level, namespace } = entry;
  const kept = {
    step: namespace,
    reason: firstWords(fields.message),
    group: textOf(fields.groupId),
    topic: textOf(fields.topic),
    partition: typeof fields.partition === 'number' ? fields.partition : undefined,
    broker: textOf(fields.broker),
    attempt: typeof fields.retryCount === 'number' ? fields.retryCount : undefined,
  };
  if (level === kafkajs.logLevel.ERROR) warnSeldom(log, `${namespace} ${kept.reason}`, kept, 'kafka client');
  else log.debug(kept, 'kafka client');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const firstWords = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
