import { repositoryRoot } from '@chappe/testing';

/** The services of the local stack, in the order in which they are listed. */
export const localServices = ['directory', 'ingest', 'router', 'mailbox', 'archive'] as const;

/** A service that the local stack runs. */
export type LocalService = (typeof localServices)[number];

/** A process of a service: the first bears its name, others a number. */
export type ServiceUnit = LocalService | `${LocalService}-${number}`;

/** The paths of the public origin that belong to each service; the longest match wins. */
export const publicPaths: Readonly<Record<LocalService, readonly string[]>> = {
  ingest: ['/v1/messages', '/v1/attachments'],
  router: ['/v1/routing', '/v1/operations/router'],
  mailbox: ['/v1/inbox', '/v1/sent', '/v1/threads', '/v1/webhooks', '/v1/operations/mailbox'],
  archive: ['/v1/archive', '/v1/operations/archive'],
  directory: ['/v1/me', '/v1/directory'],
};

/** The services that have a role and a schema in PostgreSQL; ingest accepts without it. */
export const databaseServices: readonly LocalService[] = ['directory', 'router', 'mailbox', 'archive'];

/** Where a service's process begins. */
export function mainOf(service: LocalService): string {
  return `${repositoryRoot}/services/${service}/src/main.ts`;
}
