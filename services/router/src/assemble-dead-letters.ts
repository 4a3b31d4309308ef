import {
  createDeadLetterDesk,
  createLaneProducer,
  deadLetterAudit,
  type KafkaSettings,
  type LaneProducer,
  publishAll,
  type ReplaySource,
} from '@chappe/kafka';
import {
  createDeadLetterCases,
  createOutboxRelay,
  createPool,
  createReplayJournal,
  replayPoolOptions,
} from '@chappe/postgres';
import { type HttpServer, type Lifecycle, type Logger, registerDeadLetterRoutes } from '@chappe/service-kit';

/** What operators do about dead letters, and how what they did leaves for the audit. */
export interface AssembledDeadLetters {
  /** Begins to publish audit entries, once the outbox is there. */
  start(): void;
}

/** Joins the journal of replays and the cases of discards to the routes; they use none of the lanes' connections. */
export function assembleDeadLetters(
  app: HttpServer,
  parts: {
    postgresUrl: string;
    kafka: KafkaSettings;
    sources: readonly ReplaySource[];
    lifecycle: Lifecycle;
    nowMs(): number;
    log: Logger;
  },
): AssembledDeadLetters {
  const { kafka, sources, lifecycle, log } = parts;
  const pool = createPool({
    url: parts.postgresUrl,
    applicationName: 'router replays',
    ...replayPoolOptions,
    log,
  });
  lifecycle.onStop('postgres replays', () => pool.end());
  // Entries are rare here: a producer is opened at the first one.
  let producer: LaneProducer | undefined;
  lifecycle.onStop('audit producer', () => producer?.stop());
  const relay = createOutboxRelay({
    pool,
    log,
    publish: (rows) => {
      producer ??= createLaneProducer(kafka, { name: 'audit', log });
      return publishAll(producer, rows);
    },
  });
  lifecycle.onStop('audit relay', () => relay.stop());
  const journal = createReplayJournal(pool);
  registerDeadLetterRoutes(app, {
    service: 'router',
    groups: sources.map(({ group }) => group),
    journal,
    cases: createDeadLetterCases(pool, {
      auditRow: deadLetterAudit('router', parts.nowMs),
      nudgeRelay: relay.nudge,
    }),
    desk: createDeadLetterDesk(kafka, { service: 'router', sources, journal, log }),
  });
  return { start: relay.start };
}
