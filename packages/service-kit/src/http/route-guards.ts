import { type Action, decide, matrix } from '@chappe/policy';
import type { onRequestHookHandler, preValidationHookHandler, RouteOptions } from 'fastify';
import { Problem } from '../problems/problem.ts';
import type { HttpServerOptions, RouteConfig } from './http-server-options.ts';
import { subjectOf } from './request-identity.ts';

const defaultMediaTypes = ['application/json'];

/** What a route asks for; throws when it declares no action or one that policy does not know. */
export function declaredAction(
  route: Pick<RouteOptions, 'url' | 'method'> & { config?: RouteConfig | undefined },
): Action | 'public' {
  const action = route.config?.action;
  const where = `${String(route.method)} ${route.url}`;
  if (action === undefined) throw new Error(`The route ${where} declares no action.`);
  if (action !== 'public' && !matrix.actions.some((row) => row.action === action)) {
    throw new Error(`The route ${where} declares the unknown action ${action}.`);
  }
  return action;
}

/** Authenticates, then asks policy whether the action is open to the subject at all. */
export function guardAction(
  action: Action,
  config: RouteConfig,
  { authenticate, nowMs = Date.now }: Pick<HttpServerOptions, 'authenticate' | 'nowMs'>,
): onRequestHookHandler {
  const denial = config.onDeny === 'not-found' ? 'not-found' : 'forbidden';
  return (request, _reply, done) => {
    const actingAs = request.headers['chappe-acting-as'];
    authenticate({
      authorization: request.headers.authorization,
      actingAs: typeof actingAs === 'string' && actingAs !== '' ? actingAs : null,
    }).then((subject) => {
      const decision = decide(subject, action, null, { nowMs: nowMs() });
      if (decision.effect === 'deny') {
        // It says only what the caller knows of itself, so that a system learns why it must not try again.
        const byPerson = decision.code === 'grant.person-required';
        return done(new Problem(byPerson ? 'person-required' : denial));
      }
      subjectOf.set(request, subject);
      done();
    }, done);
  };
}

/** 406 when the client accepts nothing that the route can answer with; no Accept accepts all. */
export function guardAccept(produces: readonly string[] = defaultMediaTypes): onRequestHookHandler {
  return (request, _reply, done) => {
    const accept = request.headers.accept;
    if (accept === undefined || accept === '*/*' || accepts(accept, produces)) return done();
    done(new Problem('not-acceptable', { detail: `This address answers with ${produces.join(', ')}.` }));
  };
}

function accepts(accept: string, produces: readonly string[]): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range
      .toLowerCase()
      .split(';')
      .map((part) => part.trim());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
    return (
      type === '*/*' ||
      produces.some((mediaType) => type === mediaType || type === `${mediaType.split('/')[0]}/*`)
    );
  });
}

/** An absent body is told apart from the JSON value null, which Fastify does not. */
export const guardBody: preValidationHookHandler = (request, _reply, done) => {
  done(
    request.body === undefined
      ? new Problem('empty-body', { detail: 'This request needs a JSON body.' })
      : undefined,
  );
};
