import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from 'kafkajs';
import { answeringFirst } from './answering-first.ts';
import { backOffMs, createPause } from './back-off.ts';
import { disconnectQuietly } from './disconnect-quietly.ts';
import { failureCode } from './failure-code.ts';
import { isKafkaRefusal } from './kafka-refusal.ts';
import type { Log } from './log.ts';
import { clientRetry, openClient } from './open-client.ts';
import type { KafkaSettings } from './settings.ts';
import { timeBounds } from './time-bounds.ts';
import { warnSeldom } from './warn-seldom.ts';

/** A consumer and the client it was made from. */
export interface OpenedConsumer {
  readonly kafka: Kafka;
  readonly consumer: Consumer;
}

/** What to consume, and who hears of it. Topics carry their prefix. */
export interface ConsumePlan {
  /** For logs. */
  group: string;
  /** Asked for each new consumer. */
  groupId(): string;
  topics: readonly string[];
  config: Omit<ConsumerConfig, 'groupId' | 'retry'>;
  concurrency: number;
  onOpened?(opened: OpenedConsumer): void;
  /** Runs inside kafkajs's join, before anything of the new assignment is fetched. */
  onJoin(opened: OpenedConsumer, assignment: Readonly<Record<string, readonly number[]>>): void;
  eachBatch(opened: OpenedConsumer, payload: EachBatchPayload): Promise<void>;
  /** The consumer is of no use any more; another will join later. */
  onLost(): void;
  /** The brokers refuse for good. Called once. */
  onRefused(error: Error): void;
  log: Log;
}

/** Consumes for as long as it is not stopped, whatever happens to the brokers meanwhile. */
export interface KeptConsumer {
  /** Resolves at the first join, however long that takes; rejects when refused or stopped before. */
  start(): Promise<void>;
  stop(): Promise<void>;
  joined(): boolean;
  lastFailureCode(): string | null;
  current(): OpenedConsumer | undefined;
  /** Ends the present consumer, so that another takes its place. */
  replace(cause: Error): void;
}

/** Thrown by what waits when it is told to stop. */
export class ConsumingStopped extends Error {
  override readonly name = 'ConsumingStopped';
}

const backOff = { firstMs: 100, maxMs: 5_000 };
/** A broker that starts may not know the rights yet. */
const refusalsBelieved = 3;
/** After this long in the group, the next failure is a first one again. */
const steadyAfterMs = 30_000;
/** A broker that is stopped does not even answer a goodbye. */
const leaveWithinMs = 4_000;

/**
 * kafkajs restarts a consumer after some crashes and takes others for final, by the class of the innermost error.
 * A refused connection is restarted. But brokers that answer while the group's coordinator is away end, after
 * some four seconds of attempts, in KafkaJSGroupCoordinatorNotFound, which is final; so are a lock that was
 * waited for too long and a TypeError of its own; and `connect` gives up after the same attempts. Its restart
 * also keeps connections and metadata, and begins again in the state that led to the crash. So every crash here
 * ends the consumer, and a new one, with a client of its own, takes its place after a back-off.
 */
export function keepConsuming(settings: KafkaSettings, plan: ConsumePlan): KeptConsumer {
  const { group, log } = plan;
  const pause = createPause();
  const firstJoin = Promise.withResolvers<void>();
  // Whoever does not wait for the start learns of its end through onRefused or stop.
  void Promise.allSettled([firstJoin.promise]);
  let running: { opened: OpenedConsumer; begun: Promise<void>; end(cause: Error): void } | undefined;
  let loop: Promise<void> | undefined;
  let stopping = false;
  let joinedAtMs: number | undefined;
  let lastFailureCode: string | null = null;

  async function open(): Promise<OpenedConsumer> {
    const kafka = openClient(await answeringFirst(settings, log), {
      log,
      requestTimeoutMs: timeBounds.consumerAnswerMs,
      retry: { retries: 3 },
    });
    const consumer = kafka.consumer({
      ...plan.config,
      groupId: plan.groupId(),
      retry: { ...clientRetry, restartOnFailure: async () => false },
    });
    return { kafka, consumer };
  }

  async function begin(opened: OpenedConsumer): Promise<void> {
    const { consumer } = opened;
    await consumer.connect();
    await consumer.subscribe({ topics: [...plan.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: plan.concurrency,
      eachBatch: (payload) => plan.eachBatch(opened, payload),
    });
  }

  /** One consumer from its opening to its end; resolves with the cause of the end. */
  async function consumeOnce(): Promise<Error> {
    const ended = Promise.withResolvers<Error>();
    let opened: OpenedConsumer;
    try {
      opened = await open();
    } catch (error) {
      return error instanceof Error ? error : new Error('no broker answers');
    }
    if (stopping) return new ConsumingStopped(group);
    const { consumer } = opened;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (running?.opened !== opened) return;
      joinedAtMs = performance.now();
      lastFailureCode = null;
      plan.onJoin(opened, payload.memberAssignment);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.resolve(payload.error));
    plan.onOpened?.(opened);
    const begun = begin(opened);
    running = { opened, begun, end: ended.resolve };
    begun.then(
      () => {
        if (joinedAtMs !== undefined) firstJoin.resolve();
      },
      (error: Error) => ended.resolve(error),
    );
    const cause = await ended.promise;
    running = undefined;
    joinedAtMs = undefined;
    // kafkajs goes on connecting until its own attempts are over: what it opens by then is closed again.
    void Promise.allSettled([begun]).then(() => disconnectQuietly(consumer, log));
    return cause;
  }

  async function keepOn(): Promise<void> {
    let failures = 0;
    let refusals = 0;
    while (!stopping) {
      let steady = false;
      const settle = setTimeout(() => {
        steady = joinedAtMs !== undefined;
      }, steadyAfterMs);
      const cause = await consumeOnce();
      clearTimeout(settle);
      if (stopping) return;
      plan.onLost();
      lastFailureCode = failureCode(cause);
      failures = steady ? 1 : failures + 1;
      refusals = isKafkaRefusal(cause) ? refusals + 1 : 0;
      if (refusals >= refusalsBelieved) return refuse(cause);
      const retryInMs = backOffMs(failures, backOff);
      const fields = { group, code: lastFailureCode, attempt: failures, retryInMs };
      warnSeldom(log, `consumer ${group} ${lastFailureCode}`, fields, 'consumer lost, another one follows');
      await pause.wait(retryInMs);
    }
  }

  function refuse(cause: Error): void {
    stopping = true;
    firstJoin.reject(cause);
    plan.onRefused(cause);
  }

  return {
    start() {
      loop ??= keepOn();
      return firstJoin.promise;
    },
    async stop() {
      stopping = true;
      pause.end();
      firstJoin.reject(new ConsumingStopped(`${group} was stopped before it had joined`));
      const last = running;
      // A member that has joined leaves its group; one that still tries to would take as long as its attempts.
      if (last !== undefined && joinedAtMs !== undefined) {
        await Promise.race([
          disconnectQuietly(last.opened.consumer, log),
          sleep(leaveWithinMs, undefined, { ref: false }),
        ]);
      }
      last?.end(new ConsumingStopped(group));
      await loop;
    },
    joined: () => joinedAtMs !== undefined,
    lastFailureCode: () => lastFailureCode,
    current: () => running?.opened,
    replace: (cause) => running?.end(cause),
  };
}
