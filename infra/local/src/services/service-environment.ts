import { mailboxClientId } from '../identity/mailbox-client.ts';
import type { LocalService } from './service-catalogue.ts';

/** What the services of one stack have in common. */
export interface StackSurroundings {
  publicUrl: string;
  issuer: string;
  kafka: { brokers: readonly string[]; mechanism: string; tls: boolean };
  redisUrl: string | null;
  serviceUrls: Readonly<Record<LocalService, string>>;
  submissionCacheSecret: string;
  webhookKey: string;
  /** Where the files of messages lie. */
  attachmentsDirectory: string;
  /** Where the key of the mailbox's own client lies. */
  mailboxKeyFile: string;
}

/** What one service alone has. */
export interface ServiceCredentials {
  kafka: { username: string; password: string } | null;
  postgresUrl: string | null;
}

/** The environment of a service: its own Kafka principal, its own database role, its own port. */
export function serviceEnvironment(
  service: LocalService,
  stack: StackSurroundings,
  credentials: ServiceCredentials,
): Record<string, string> {
  const sasl: Record<string, string> =
    credentials.kafka === null
      ? {}
      : {
          KAFKA_USERNAME: credentials.kafka.username,
          KAFKA_PASSWORD: credentials.kafka.password,
          KAFKA_MECHANISM: stack.kafka.mechanism,
        };
  return {
    CHAPPE_PROFILE: 'demonstration',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: new URL(stack.serviceUrls[service]).port,
    PUBLIC_URL: stack.publicUrl,
    KAFKA_BROKERS: stack.kafka.brokers.join(','),
    KAFKA_TLS: String(stack.kafka.tls),
    ...sasl,
    ...(credentials.postgresUrl === null ? {} : { POSTGRES_URL: credentials.postgresUrl }),
    ...(stack.redisUrl === null ? {} : { REDIS_URL: stack.redisUrl }),
    OIDC_ISSUER: stack.issuer,
    OIDC_JWKS_URL: `${stack.issuer}/jwks`,
    OIDC_AUDIENCE: 'urn:chappe:api',
    ...(service === 'ingest'
      ? { ROUTER_URL: stack.serviceUrls.router, SUBMISSION_CACHE_SECRET: stack.submissionCacheSecret }
      : {}),
    // Ingest writes them, the others only read.
    ...(service === 'ingest' || service === 'mailbox' || service === 'archive'
      ? { ATTACHMENTS_STORE: 'disk', ATTACHMENTS_DIRECTORY: stack.attachmentsDirectory }
      : {}),
    // Receivers on this machine may be called; nothing else that is not public.
    ...(service === 'mailbox'
      ? {
          WEBHOOK_ENCRYPTION_KEY: stack.webhookKey,
          WEBHOOK_ALLOWED_TARGETS: '127.0.0.0/8, ::1',
          WEBHOOK_ALLOWED_PORTS: '443, 1024-65535',
          INGEST_URL: stack.serviceUrls.ingest,
          SERVICE_CLIENT_ID: mailboxClientId,
          SERVICE_CLIENT_KEY_FILE: stack.mailboxKeyFile,
        }
      : {}),
  };
}
