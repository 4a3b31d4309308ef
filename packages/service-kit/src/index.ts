export {
  type Authenticate,
  createAuthenticator,
  type RequestCredentials,
  type ResolveSubject,
  type SubjectResolution,
} from './authentication/authenticate-request.ts';
export {
  createTokenVerifier,
  type TokenRefusal,
  type TokenVerdict,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifiedToken,
} from './authentication/create-token-verifier.ts';
export {
  createSubjectFollower,
  type FollowSubject,
  type SubjectNow,
} from './authentication/follow-subject.ts';
export type { ByteRange } from './downloads/choose-range.ts';
export { type DownloadFile, downloadMediaTypes } from './downloads/describe-download.ts';
export { type DownloadSettings, downloadLimits, downloadSettings } from './downloads/download-settings.ts';
export { type FileStore, noFiles, offerStored } from './downloads/offer-stored.ts';
export {
  createDownloads,
  type DownloadOffer,
  type Downloads,
} from './downloads/serve-downloads.ts';
export { storeHealth } from './downloads/store-health.ts';
export { type BodyCheck, compileBodyCheck } from './http/compile-body-check.ts';
export { createHttpServer } from './http/create-http-server.ts';
export { type CursorSeal, createCursorSeal, invalidCursor, linkToNext } from './http/cursor-seal.ts';
export { registerDeadLetterRoutes } from './http/dead-letter-routes.ts';
export type {
  DependencyHealth,
  HttpServer,
  HttpServerOptions,
  RouteConfig,
} from './http/http-server-options.ts';
export { createLifecycle, type Lifecycle, type LifecycleOptions } from './lifecycle/create-lifecycle.ts';
export { type RunningService, runService } from './lifecycle/run-service.ts';
export { createLogger, type Logger, type LoggerOptions } from './observability/create-logger.ts';
export { createMetrics, type Metrics } from './observability/create-metrics.ts';
export {
  createProducerMetrics,
  createSinkMetrics,
  type ProducerObserver,
  type SinkObserver,
} from './observability/create-pipeline-metrics.ts';
export { traceIdFrom, traceparentFor } from './observability/trace-context.ts';
export { isProblemCode, type ProblemCode, type ProblemDefinition, problems } from './problems/catalogue.ts';
export {
  languageOf,
  Problem,
  type ProblemBody,
  type ProblemExtras,
  type ProblemFinding,
  problemBody,
  problemType,
} from './problems/problem.ts';
export { assertProductionSafe, demonstrationPrefix } from './settings/assert-production-safe.ts';
export { type BaseSettings, baseSettings, redisSettings } from './settings/base-settings.ts';
export { ConfigurationError, loadConfig } from './settings/load-config.ts';
export { defaultJsonLimits, type JsonLimits } from './strict-json/json-limits.ts';
export type { JsonRefusalCode } from './strict-json/json-refusal-code.ts';
export { parseStrictJson, type StrictJson } from './strict-json/parse-strict-json.ts';
