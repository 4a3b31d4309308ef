import { createRequire } from 'node:module';
import { openClient } from '../src/open-client.ts';
import { bareKafkajs } from './bare-kafkajs.ts';
import { recordingLog } from './read-topic.ts';

/**
 * A process with an idle producer and an idle consumer: prints, as JSON, how often it checked for pending
 * requests and what CPU it took. It is a process of its own because the remedy changes a prototype for good.
 * `node packages/kafka/test/idle-client.ts bare|ours <seconds>`, with KAFKA_SETTINGS and TOPIC set.
 */
const [mode, seconds = '3'] = process.argv.slice(2);
const settings = JSON.parse(process.env.KAFKA_SETTINGS ?? '');
const topic = process.env.TOPIC ?? '';

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');
const { checkPendingRequests } = RequestQueue.prototype;
let checks = 0;
RequestQueue.prototype.checkPendingRequests = function countedCheck() {
  checks += 1;
  Reflect.apply(checkPendingRequests, this, []);
};

const kafka = mode === 'bare' ? bareKafkajs(settings) : openClient(settings, { log: recordingLog() });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `${topic}.${mode}`, maxWaitTimeInMs: 500 });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.run({ eachBatch: async () => undefined });
await producer.send({ topic, messages: [{ key: 'k', value: 'v' }] });
await joined;
await new Promise((resolve) => setTimeout(resolve, 500));

let answers = 0;
consumer.on(consumer.events.REQUEST, () => {
  answers += 1;
});
const checksBefore = checks;
const cpuBefore = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
const { user, system } = process.cpuUsage(cpuBefore);
const report = { checks: checks - checksBefore, answers, cpuMs: Math.round((user + system) / 1_000) };
await consumer.disconnect();
await producer.disconnect();
console.log(JSON.stringify(report));
// Bare, the loop of its timers would keep the process alive.
process.exit(0);
