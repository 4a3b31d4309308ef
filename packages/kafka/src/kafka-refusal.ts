import { failureCode } from './failure-code.ts';

/**
 * What no waiting mends: the brokers know this principal and refuse it, or the client and they do not speak
 * the same protocol. Everything else (no connection, no leader, no coordinator, a defect that left a client in
 * a state of no use) is taken for the state of the world, which changes.
 */
const refusals = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'KafkaJSSASLAuthenticationError',
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

/** Whether the brokers refuse what was asked, so that asking again only repeats the refusal. */
export function isKafkaRefusal(error: unknown): boolean {
  return refusals.has(failureCode(error));
}
