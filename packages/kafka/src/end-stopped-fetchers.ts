import { createRequire } from 'node:module';

interface Runner {
  running: boolean;
}

type Fetch = (this: Runner, nodeId: string) => Promise<unknown[]>;

const require = createRequire(import.meta.url);
const applied = Symbol.for('chappe.kafka.end-stopped-fetchers');

/**
 * When the brokers of its metadata change, a consumer of kafkajs 2.2.4 waits for its fetchers to end and starts
 * others. Told to stop meanwhile, it stops only those that are ending: the others fetch for a consumer that no
 * longer runs, which answers "nothing" at once and without a pause, for ever. No timer and no signal handler of the
 * process runs again. A fetch of a stopped consumer fails here instead, which ends its fetchers.
 */
export function endStoppedFetchers(): void {
  const loaded: unknown = require('kafkajs/src/consumer/runner');
  if (typeof loaded !== 'function') throw new Error('kafkajs: its runner is not where 2.2.4 has it');
  const prototype: unknown = loaded.prototype;
  if (!isPatchable(prototype)) throw new Error('kafkajs: its runner has no fetch');
  if (Object.hasOwn(prototype, applied)) return;
  const original = prototype.fetch;
  prototype.fetch = async function fetchWhileRunning(this: Runner, nodeId) {
    if (!this.running) throw new ConsumerStopped('the consumer does not run any more');
    return await original.call(this, nodeId);
  };
  Object.defineProperty(prototype, applied, { value: true });
}

/** kafkajs tries again after a pause, and then finds that there is nothing to do. */
class ConsumerStopped extends Error {
  override readonly name = 'ConsumerStopped';
}

function isPatchable(prototype: unknown): prototype is { fetch: Fetch } {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    'fetch' in prototype &&
    typeof prototype.fetch === 'function'
  );
}
