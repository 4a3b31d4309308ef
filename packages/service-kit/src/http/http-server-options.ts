import type { Action, Subject } from '@chappe/policy';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Authenticate } from '../authentication/authenticate-request.ts';
import type { Logger } from '../observability/create-logger.ts';
import type { Metrics } from '../observability/create-metrics.ts';
import type { JsonLimits } from '../strict-json/json-limits.ts';

/** What every route declares in its `config`. */
export interface RouteConfig {
  /** The action that policy decides on before the handler runs; `public` asks nobody. Without it the server does not start. */
  readonly action?: Action | 'public';
  /** How a denial is answered; `not-found` where the existence itself is not to be told. Default `forbidden`. */
  readonly onDeny?: 'forbidden' | 'not-found';
  /** Media types the route answers with, for Accept; default `application/json`. */
  readonly produces?: readonly string[];
  /** Other bounds for the JSON body of this route. */
  readonly json?: JsonLimits;
  /** Its body may take `slowBodyTimeoutMs` to arrive: the route reads it as it comes, and bounds it itself. */
  readonly slowBody?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig extends RouteConfig {}
  interface FastifyRequest {
    /** Who asks, for which correspondent. Reading it on a public route is a programming error and throws. */
    readonly subject: Subject;
    /** The W3C trace id, taken from `traceparent` or made. */
    readonly traceId: string;
  }
}

/** A dependency as `/readyz` shows it: no address, no secret. */
export interface DependencyHealth {
  readonly state: 'ready' | 'degraded' | 'unavailable';
  /** The service can do its work without it: it never makes the service unready. */
  readonly optional?: boolean;
}

/** What an HTTP server is made of. */
export interface HttpServerOptions {
  readonly service: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Who makes a request; see `createAuthenticator`. */
  readonly authenticate: Authenticate;
  /** Read at each `/readyz`; an exception counts as unavailable. */
  readonly dependencies?: Readonly<Record<string, () => DependencyHealth | Promise<DependencyHealth>>>;
  readonly bodyLimitBytes: number;
  readonly openapi: {
    readonly title: string;
    readonly version: string;
    /** Component schemas that stand in the document as they are, instead of those collected from routes. */
    readonly components?: Readonly<Record<string, object>>;
  };
  /** The one public origin, for the document's `servers`. */
  readonly publicUrl?: string;
  /** Schemas with an `$id`, referred to as `{ $ref: '<id>#' }` and shown once under `components`. */
  readonly sharedSchemas?: readonly object[];
  /** JSON pointers of fields that only the server sets: refused with `server-field`. */
  readonly serverFields?: readonly string[];
  readonly requestTimeoutMs?: number;
  /** For routes with `slowBody`; the bodies of all others must arrive within `requestTimeoutMs` all the same. */
  readonly slowBodyTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly nowMs?: () => number;
}

/** The server of a service: Fastify with schemas typed by TypeBox. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
