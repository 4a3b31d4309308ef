import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { isKafkaRefusal } from './kafka-refusal.ts';

const require = createRequire(import.meta.url);
const errors = require('kafkajs/src/errors');
const plain = require('kafkajs/src/broker/saslAuthenticator/plain');
const silent = { debug() {}, error() {} };

/** What kafkajs makes of an authentication that ends with this error. */
async function failedAuthentication(cause: Error): Promise<unknown> {
  const { authenticate } = plain({ username: 'router', password: 'invented' })({
    host: '127.0.0.1',
    port: 1,
    logger: silent,
    saslAuthenticate: () => Promise.reject(cause),
  });
  return await authenticate().catch((error: unknown) => error);
}

describe('a refusal', () => {
  it('is what the broker answered to a wrong password', async () => {
    const answered = new errors.KafkaJSProtocolError({
      type: 'SASL_AUTHENTICATION_FAILED',
      code: 58,
      message: 'Authentication failed: Invalid username or password',
    });
    expect(isKafkaRefusal(await failedAuthentication(answered))).toBe(true);
  });

  it.each([
    new errors.KafkaJSConnectionClosedError('Closed connection', { host: '127.0.0.1', port: 1 }),
    new errors.KafkaJSConnectionError('Connection error: read ECONNRESET', {}),
    new errors.KafkaJSConnectionError('Connection timeout', {}),
    new errors.KafkaJSRequestTimeoutError('Request SaslAuthenticate(key: 36, version: 1) timed out', {}),
  ])('is not an authentication that ends before its answer: $message', async (cause) => {
    const failed = await failedAuthentication(cause);
    expect(failed).toMatchObject({ name: 'KafkaJSSASLAuthenticationError' });
    expect(isKafkaRefusal(failed)).toBe(false);
    expect(isKafkaRefusal(new errors.KafkaJSNonRetriableError(failed, { cause: failed }))).toBe(false);
  });
});
