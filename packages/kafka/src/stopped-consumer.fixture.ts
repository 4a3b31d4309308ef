import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { endStoppedFetchers } from './end-stopped-fetchers.ts';

/**
 * A runner of kafkajs whose brokers change while one fetch is under way, and which is told to stop at that
 * moment. Says `stopped` when it has, if the event loop still lives by then.
 */
if (workerData === 'ours') endStoppedFetchers();

const require = createRequire(import.meta.url);
const Runner = require('kafkajs/src/consumer/runner');
const createInstrumentationEmitter = require('kafkajs/src/instrumentation/emitter');

const logger = { debug() {}, info() {}, warn() {}, error() {}, namespace: () => logger };
const answer = Promise.withResolvers<never[]>();
let nodeIds = ['1', '2'];
let fetches = 0;

const runner = new Runner({
  logger,
  instrumentationEmitter: new createInstrumentationEmitter(),
  heartbeatInterval: 1_000,
  retry: { initialRetryTime: 10, maxRetryTime: 10, factor: 0, multiplier: 1, retries: 5 },
  onCrash: () => {},
  eachBatch: async () => {},
  consumerGroup: {
    connect: async () => {},
    joinAndSync: async () => {},
    leave: async () => {},
    heartbeat: async () => {},
    getNodeIds: () => nodeIds,
    async fetch(nodeId: string) {
      fetches += 1;
      // The first broker has answered; the second takes its time.
      if (nodeId === '2') return await answer.promise;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [];
    },
  },
});
await runner.start();
await new Promise((resolve) => setTimeout(resolve, 20));
// The fetcher of the first broker learns of this and gives up; the second one's is waited for.
nodeIds = ['1', '2', '3'];
await new Promise((resolve) => setTimeout(resolve, 20));
const stopped = runner.stop();
answer.resolve([]);
await stopped;
setTimeout(() => parentPort?.postMessage({ stopped: true, fetches }), 50);
