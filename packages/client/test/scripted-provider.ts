import { createHash } from 'node:crypto';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import {
  answer,
  type ScriptedReply,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from './scripted-server.ts';

/** A provider that checks what a real one checks: PKCE, cookies, password, the client's assertion. */
export interface ScriptedProvider extends ScriptedServer {
  readonly issuedTokens: () => number;
}

/** Starts a provider on the loopback with one account, one public client and one client with a key. */
export async function startScriptedProvider(options: {
  readonly password: string;
  readonly clientJwk?: JWK;
  readonly expiresInS?: number;
}): Promise<ScriptedProvider> {
  const challenges = new Map<string, string>();
  let issued = 0;
  let issuer = '';

  const token = (): ScriptedReply =>
    answer(200, { access_token: `token-${++issued}`, expires_in: options.expiresInS ?? 300 });
  const html = (status: number, body: string, headers: Record<string, string> = {}): ScriptedReply =>
    answer(status, body, { 'content-type': 'text/html', ...headers });
  const form = (fields: string) =>
    html(
      200,
      `<html><form action="/login?a=1&amp;b=2" method="post">${fields}<input type=submit value=Go></form></html>`,
    );

  const routes: Record<string, (request: SeenRequest) => ScriptedReply | Promise<ScriptedReply>> = {
    'GET /.well-known/openid-configuration': () =>
      answer(200, { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` }),
    'GET /auth': ({ query, headers }) => {
      if (headers.cookie?.includes('session=yes') === true) {
        const code = `code-${challenges.size}`;
        challenges.set(code, query.get('code_challenge') ?? '');
        const target = `${query.get('redirect_uri')}?code=${code}&state=${query.get('state')}`;
        return html(303, '', { location: target });
      }
      return html(303, '', {
        location: `/login?back=${encodeURIComponent(query.toString())}`,
        'set-cookie': 'walk=1; path=/',
      });
    },
    'GET /login': ({ query }) =>
      form(
        `<input type="hidden" name="back" value="${query.get('back')?.replaceAll('&', '&amp;')}">` +
          `<input name="login"><input type="password" name='secret'>`,
      ),
    'POST /login': ({ body, headers }) => {
      const sent = new URLSearchParams(String(body));
      if (headers.cookie?.includes('walk=1') !== true) return html(400, 'no cookie');
      if (sent.get('secret') !== options.password || sent.get('login') !== 'officer')
        return form('<input name="login"><input type="password" name="secret">');
      return html(303, '', {
        location: `/auth?${sent.get('back')}`,
        'set-cookie': 'session=yes; path=/; httponly',
      });
    },
    'POST /token': async ({ body }) => {
      const sent = new URLSearchParams(String(body));
      if (sent.get('grant_type') === 'authorization_code') {
        const challenge = createHash('sha256')
          .update(sent.get('code_verifier') ?? '')
          .digest('base64url');
        return challenges.get(sent.get('code') ?? '') === challenge && sent.get('resource') !== null
          ? token()
          : answer(400, { error: 'invalid_grant' });
      }
      if (options.clientJwk === undefined) return answer(400, { error: 'unsupported_grant_type' });
      const keys = createLocalJWKSet({ keys: [options.clientJwk] });
      try {
        const assertion = sent.get('client_assertion') ?? '';
        await jwtVerify(assertion, keys, {
          issuer: 'demo-post-DJ',
          subject: 'demo-post-DJ',
          audience: issuer,
          requiredClaims: ['jti', 'exp'],
        });
        return token();
      } catch (error) {
        return answer(401, { error: 'invalid_client', error_description: String(error) });
      }
    },
  };

  const server = await startScriptedServer((request) => (response, seen) => {
    const route = routes[`${request.method} ${request.path}`];
    const reply = route === undefined ? answer(404, {}) : route(request);
    Promise.resolve(reply).then((then) => then(response, seen));
  });
  issuer = server.url;
  return { ...server, issuedTokens: () => issued };
}
