import { quietTimerLoop } from '@chappe/kafka';
import type { LocalService, Stack } from '@chappe/local';
import kafkajs, { type Kafka } from 'kafkajs';

/** A bare client under a principal of the stack, straight to the brokers: for what no client of ours would do. */
export function bareClient(stack: Stack, as: LocalService | 'admin'): Kafka {
  quietTimerLoop();
  const user = stack.kafkaUser(as);
  return new kafkajs.Kafka({
    clientId: `chaos-${as}`,
    brokers: [...stack.state.kafka.brokers],
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, factor: 0.2, multiplier: 2, retries: 8 },
    ...(user === null ? {} : { sasl: { mechanism: 'plain' as const, ...user } }),
  });
}
