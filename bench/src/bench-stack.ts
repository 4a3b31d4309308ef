import { clientCredentials } from '@chappe/client';
import { type LocalService, type Stack, startStack } from '@chappe/local';
import { type RunningKafka, startKafka } from '@chappe/testing';

/** The real services beside a Kafka on which the floors may make their own topics. */
export interface BenchStack {
  readonly stack: Stack;
  readonly kafka: { brokers: readonly string[]; username: string; password: string };
  token(correspondent: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts Kafka, then the services that a figure is about; both sides of every figure share the broker. */
export async function startBenchStack(services: readonly LocalService[]): Promise<BenchStack> {
  const username = 'bench';
  const password = 'demo-bench';
  const broker: RunningKafka = await startKafka({ users: [{ name: username, password, superUser: true }] });
  const kafka = { brokers: broker.brokers, username, password };
  try {
    const stack = await startStack({
      ports: 'free',
      trickle: false,
      services,
      external: { kafka: { ...kafka, brokers: [...broker.brokers], mechanism: 'plain', tls: false } },
      extraEnv: { RATE_LIMIT_PER_SECOND: '0', LOG_LEVEL: 'warn' },
    });
    return {
      stack,
      kafka,
      token(correspondent) {
        const client = stack.clients.find((each) => each.correspondent === correspondent);
        if (client === undefined) throw new Error(`${correspondent} has no system client`);
        return clientCredentials({ issuer: stack.state.issuer, ...client, resource: 'urn:chappe:api' })();
      },
      async stop() {
        await stack.stop();
        await broker.stop();
      },
    };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}
