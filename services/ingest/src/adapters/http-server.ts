import { messageRequestSchema, openApiComponents, serverSetFields, warmUpCodec } from '@chappe/schemas';
import {
  type Authenticate,
  compileBodyCheck,
  createHttpServer,
  type DependencyHealth,
  type Logger,
  type Metrics,
} from '@chappe/service-kit';
import type { IngestConfig } from '../config.ts';
import { createSubmitMessage, previewMessage, type SubmitPorts } from '../submit-message.ts';
import { createCorrespondentRateLimiter } from './correspondent-rate-limiter.ts';
import { registerMessageRoutes } from './http-message-routes.ts';
import { createRoutingExplanation } from './http-routing-explanation.ts';
import { registerUploadRoutes, type UploadRoutePorts } from './http-upload-routes.ts';

/** What the HTTP side of ingest is given. */
export interface IngestHttpPorts {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  readonly submission: SubmitPorts;
  readonly uploads: Omit<UploadRoutePorts, 'publicUrl'>;
  readonly dependencies: Readonly<Record<string, () => DependencyHealth>>;
  readonly nowMs: () => number;
}

/** A transfer ends itself in good order before the server cuts it off. */
const finishingMs = 30_000;
const serverFields = serverSetFields.map((path) => `/${path.replaceAll('.', '/')}`);

/** Listens for messages. `close` stops accepting, then waits for the requests under way. */
export async function openIngestHttp(
  config: IngestConfig,
  ports: IngestHttpPorts,
): Promise<{ url: string; close: () => Promise<void> }> {
  const { log, metrics, authenticate, submission, uploads, dependencies, nowMs } = ports;
  warmUpCodec(['Message']);
  const app = await createHttpServer({
    service: 'ingest',
    log,
    metrics,
    authenticate,
    dependencies,
    nowMs,
    bodyLimitBytes: config.BODY_LIMIT_BYTES,
    openapi: { title: 'Chappe ingest', version: '1', components: openApiComponents() },
    publicUrl: config.PUBLIC_URL,
    sharedSchemas: [messageRequestSchema],
    serverFields,
    slowBodyTimeoutMs: config.ATTACHMENTS_TRANSFER_TIMEOUT_MS + finishingMs,
  });
  registerMessageRoutes(app, {
    submit: createSubmitMessage(submission),
    preview: (request) => previewMessage(request, submission),
    explainRouting: createRoutingExplanation(config.ROUTER_URL),
    checkRequest: compileBodyCheck(messageRequestSchema, { serverFields }),
    limiter: createCorrespondentRateLimiter(
      { perSecond: config.RATE_LIMIT_PER_SECOND, burst: config.RATE_LIMIT_BURST },
      nowMs,
    ),
    publicUrl: config.PUBLIC_URL,
    batchBodyLimitBytes: config.BATCH_BODY_LIMIT_BYTES,
    nowMs,
  });
  registerUploadRoutes(app, { ...uploads, publicUrl: config.PUBLIC_URL });
  const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  return { url, close: () => app.close() };
}
