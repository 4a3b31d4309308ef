import { localServices, type ProgressListener } from '@chappe/local';
import { type ExerciseStack, startExerciseStack } from '../../harness/exercise-stack.ts';
import { brokerOnSmallDisk } from '../faults/fill-disk.ts';
import { stepMains } from '../faults/kill-at-step.ts';
import { clockEnvironment } from '../faults/step-clock.ts';

/**
 * The stack as faults want it: proxies before the stores, two replicas of ingest, programs that die at a step when
 * ordered to, clocks that can be stepped, and two stores on disks that can be full.
 */
export async function startChaosStack(options: {
  readonly brokers: 1 | 3;
  /** Where faults leave their orders to the services. */
  readonly orders: string;
  readonly smallDiskMb: number;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}): Promise<ExerciseStack> {
  const { brokers, orders, smallDiskMb, onProgress, signal } = options;
  return await startExerciseStack({
    brokers,
    durable: true,
    interposed: ['kafka', 'postgres'],
    replicas: { ingest: 2 },
    serviceMains: stepMains,
    smallDisks: { postgres: smallDiskMb, ...(brokers === 3 ? { [brokerOnSmallDisk]: smallDiskMb } : {}) },
    // They start many times, on a machine that does everything else too.
    shortLivedBrokers: true,
    // Leaders go home soon after a broker has come back, so that each fault meets brokers that all lead.
    kafkaSettings: { 'leader.imbalance.check.interval.seconds': '15' },
    // A group gives a killed member's partitions away after three seconds, so that faults take less time.
    extraEnv: { SINK_SESSION_TIMEOUT_MS: '3000', CHAPPE_FAULT_ORDERS: orders, ...patient },
    serviceEnv: Object.fromEntries(
      localServices.map((service) => [service, clockEnvironment(orders, service)]),
    ),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Nobody of a run acknowledges in time: reminders and escalations would be messages that no client sent. */
const patient = {
  FLASH_ACKNOWLEDGE_WITHIN_MS: '31536000000',
  TAKE_IN_CHARGE_FLASH_WITHIN_MS: '31536000000',
  TAKE_IN_CHARGE_URGENT_WITHIN_MS: '31536000000',
  TAKE_IN_CHARGE_ROUTINE_WITHIN_MS: '31536000000',
  COMPLY_WITHIN_MS: '31536000000',
} as const;
