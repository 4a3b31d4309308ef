import type { Stack, StackProcess } from '@chappe/local';
import { type MemoryGrowth, watchMemory } from '../run/watch-memory.ts';
import { killAndComeBack, seconds } from './come-back.ts';
import { type Fault, type FaultContext, PromiseBroken } from './fault.ts';
import { hold } from './hold.ts';
import { sendOnce } from './send-once.ts';

/** The brokers of a stack by their names, `kafka-1` first. */
export function brokersOf(stack: Stack): string[] {
  return Object.keys(stack.state.pids)
    .filter((name) => name.startsWith('kafka-'))
    .sort();
}

/** One broker, drawn from the run's seed. */
export function pickBroker({ stack, random }: FaultContext): StackProcess {
  return stack.process(random.pick(brokersOf(stack)));
}

/** SIGKILL of one broker, which stays away for a while or comes back at once. */
export const killBroker: Fault = {
  kind: 'kill-broker',
  title: 'SIGKILL of one broker',
  touches: ['kafka'],
  needs: [],
  leastHoldMs: 0,
  mostHoldMs: 12_000,
  brokers: 1,
  async run(context) {
    const broker = pickBroker(context);
    if (context.holdMs < 1_000) return await killAndComeBack(broker);
    await broker.crash();
    await awayFor(context, [broker]);
    return `${broker.name} was killed and away for ${context.holdMs} ms`;
  },
};

/** SIGKILL of two brokers of three: with two in-sync replicas asked for, nothing may be acknowledged. */
export const killTwoBrokers: Fault = {
  kind: 'kill-two-brokers',
  title: 'SIGKILL of two brokers of three',
  touches: ['kafka'],
  needs: ['ingest'],
  // Ingest waits ten seconds for an acknowledgement before it refuses.
  leastHoldMs: 11_000,
  mostHoldMs: 15_000,
  brokers: 3,
  async run(context) {
    const spared = context.random.pick(brokersOf(context.stack));
    const lost = brokersOf(context.stack).filter((name) => name !== spared);
    return `all but ${spared} were killed and ${await unacknowledgedWithout(lost, context)}`;
  },
};

/** SIGKILL of every broker while callers go on trying: what waits for them must have bounds. */
export const killAllBrokers: Fault = {
  kind: 'kill-all-brokers',
  title: 'SIGKILL of every broker',
  touches: ['kafka'],
  needs: ['ingest'],
  leastHoldMs: 11_000,
  mostHoldMs: 15_000,
  brokers: 1,
  async run(context) {
    const { stack, holdMs } = context;
    const memory = watchMemory(stack);
    try {
      const told = await unacknowledgedWithout(brokersOf(stack), context);
      const grown =
        holdMs < shortestWorthTellingMs
          ? ''
          : `; MB after a sixth and at the end: ${tellGrowth(memory.growth())}`;
      return `every broker was killed and ${told}${grown}`;
    } finally {
      memory.stop();
    }
  },
};

/** Buffers have filled by a sixth of it. */
const shortestWorthTellingMs = 120_000;

function tellGrowth(growth: readonly MemoryGrowth[]): string {
  return growth.map(({ name, earlyMb, lateMb }) => `${name} ${earlyMb} and ${lateMb}`).join(', ');
}

/** Takes the brokers away for the hold. A lead sent when they are gone can have no true answer but a refusal. */
async function unacknowledgedWithout(names: readonly string[], context: FaultContext): Promise<string> {
  const { stack, holdMs, signal } = context;
  const lost = names.map((name) => stack.process(name));
  await Promise.all(lost.map((broker) => broker.crash()));
  const sent = sendOnce(context);
  const [answer] = await Promise.all([
    Promise.race([sent, hold(holdMs, signal).then(() => 'nothing in time')]),
    hold(holdMs, signal),
  ]);
  const backAfter = await awayFor({ ...context, holdMs: 0 }, lost);
  await sent;
  if (answer === 202) throw new PromiseBroken(`a lead was answered 202 without ${names.join(', ')}`);
  return `away for ${holdMs} ms, a lead sent meanwhile was answered ${answer}; started again in ${backAfter}`;
}

/** SIGTERM: a broker hands over its leaderships and goes, as for an upgrade. */
export const stopBroker: Fault = {
  kind: 'stop-broker',
  title: 'SIGTERM of one broker, as for an upgrade',
  touches: ['kafka'],
  needs: [],
  leastHoldMs: 500,
  mostHoldMs: 8_000,
  brokers: 1,
  async run(context) {
    const broker = pickBroker(context);
    await broker.stop();
    const backAfter = await awayFor(context, [broker]);
    return `${broker.name} was stopped in order, away for ${context.holdMs} ms, back in ${backAfter}`;
  },
};

/** SIGSTOP: a broker whose connections stand and who says nothing, at times longer than its own session. */
export const freezeBroker: Fault = {
  kind: 'freeze-broker',
  title: 'SIGSTOP of one broker',
  touches: ['kafka'],
  needs: [],
  leastHoldMs: 2_000,
  mostHoldMs: 12_000,
  brokers: 1,
  async run(context) {
    const broker = pickBroker(context);
    broker.kill('SIGSTOP');
    try {
      await hold(context.holdMs, context.signal);
    } finally {
      broker.kill('SIGCONT');
    }
    return `${broker.name} stood still for ${context.holdMs} ms`;
  },
};

/** Leaves them down for the hold, and starts them all again; a broker of a quorum needs another to start. */
async function awayFor({ holdMs, signal }: FaultContext, brokers: readonly StackProcess[]): Promise<string> {
  await hold(holdMs, signal);
  const startedAtMs = performance.now();
  await Promise.all(brokers.map((broker) => broker.restart()));
  return seconds(startedAtMs);
}
