import { failureCode, originalCause } from './failure-code.ts';

/**
 * What no waiting mends: the brokers know this principal and refuse it, or the client and they do not speak
 * the same protocol. Everything else (no connection, no leader, no coordinator, a defect that left a client in
 * a state of no use) is taken for the state of the world, which changes.
 */
const refusals = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'UNSUPPORTED_VERSION',
  'KafkaJSServerDoesNotSupportApiKey',
  'KafkaJSNotImplemented',
]);

/**
 * kafkajs 2.2.4 calls every failure of an authentication a refusal, also a connection that ends before the broker has
 * answered; what it was is only in its text.
 */
const authenticationCutShort =
  /Closed connection|Connection (?:error|timeout|closed)|Not connected|Failed to connect|timed out/;

/** Whether the brokers refuse what was asked, so that asking again only repeats the refusal. */
export function isKafkaRefusal(error: unknown): boolean {
  const code = failureCode(error);
  if (code === 'KafkaJSSASLAuthenticationError') {
    const cause = originalCause(error);
    return !(cause instanceof Error && authenticationCutShort.test(cause.message));
  }
  return refusals.has(code);
}
