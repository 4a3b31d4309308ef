/**
 * The floor of F1: what a first attempt looks like. One Fastify handler, one `send` per request with
 * acks=-1, JSON in and out; no authentication, no validation, no identity, no schema.
 *
 * Reads BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD and TOPIC; prints its URL when it listens.
 */
import Fastify from 'fastify';
import kafkajs from 'kafkajs';

const { BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD, TOPIC } = process.env;
if (
  BROKERS === undefined ||
  TOPIC === undefined ||
  KAFKA_USERNAME === undefined ||
  KAFKA_PASSWORD === undefined
) {
  throw new Error('BROKERS, KAFKA_USERNAME, KAFKA_PASSWORD and TOPIC must be set');
}

const kafka = new kafkajs.Kafka({
  clientId: 'bare',
  brokers: BROKERS.split(','),
  sasl: { mechanism: 'plain', username: KAFKA_USERNAME, password: KAFKA_PASSWORD },
  logLevel: kafkajs.logLevel.ERROR,
});
const producer = kafka.producer();
await producer.connect();

const app = Fastify();
app.post<{ Body: { threadId?: string } }>('/messages', async (request, reply) => {
  await producer.send({
    topic: TOPIC,
    acks: -1,
    messages: [{ key: request.body.threadId ?? request.id, value: JSON.stringify(request.body) }],
  });
  return reply.code(202).send({ accepted: true });
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));

process.once('SIGTERM', () => {
  void app.close().then(() => producer.disconnect());
});
