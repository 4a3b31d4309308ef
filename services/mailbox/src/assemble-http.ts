import { resolveSubject } from '@chappe/directory';
import { sinkState } from '@chappe/kafka';
import type { Pool } from '@chappe/postgres';
import {
  createAuthenticator,
  createHttpServer,
  type HttpServer,
  type Logger,
  type Metrics,
} from '@chappe/service-kit';
import type { RerouteWatch } from './adapters/watch-reroutes.ts';
import type { AssembledDeadlines } from './assemble-deadlines.ts';
import type { AssembledOutbox } from './assemble-outbox.ts';
import type { MailboxConfig } from './config.ts';
import { type RouteParts, registerRoutes } from './register-routes.ts';

/** What the routes are served from, and what readiness asks besides. */
export interface HttpParts extends Omit<RouteParts, 'reachesIngest' | 'nudgeRelay' | 'log'> {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly probe: Pool;
  readonly outbox: AssembledOutbox;
  readonly deadlines: AssembledDeadlines;
  readonly reroutes: RerouteWatch;
}

/** The server with its authentication, its routes, and what it says of itself while it waits for others. */
export async function assembleHttp(config: MailboxConfig, parts: HttpParts): Promise<HttpServer> {
  const { directory, deadlines, reroutes, outbox, lanes, streams, attachments, probe } = parts;
  const { log, metrics, verifyToken, nowMs } = parts;
  const degradedWhen = (failing: () => boolean) => () =>
    ({ state: failing() ? 'degraded' : 'ready' }) as const;
  const app = await createHttpServer({
    service: 'mailbox',
    log,
    metrics,
    authenticate: createAuthenticator({
      verifyToken,
      resolveSubject: (token, actingAs, atMs) => {
        const snapshot = directory.current();
        return snapshot === undefined ? undefined : resolveSubject(snapshot, token, actingAs, atMs);
      },
      nowMs,
    }),
    dependencies: {
      directory: directory.state,
      postgres: async () => {
        await probe.query('SELECT 1');
        return { state: 'ready' };
      },
      kafka: () => sinkState(lanes.sinks),
      outbox: degradedWhen(outbox.failing),
      deadlines: degradedWhen(deadlines.failing),
      reroutes: degradedWhen(reroutes.failing),
      redis: () => ({ state: streams.hints.health(), optional: true }),
      attachments: attachments.health,
    },
    bodyLimitBytes: 1_024,
    openapi: { title: 'Chappe mailbox', version: '1.0.0' },
    publicUrl: config.PUBLIC_URL,
    nowMs,
  });
  const { reachesIngest } = deadlines;
  registerRoutes(app, config, { ...parts, reachesIngest, nudgeRelay: outbox.nudge });
  return app;
}
