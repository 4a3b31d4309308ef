import { ChappeUnavailable, isRecord, parseJson } from './problem.ts';
import { isTransient } from './retry-policy.ts';
import type { IssuedToken } from './token-cache.ts';
import { untrustedServer } from './untrusted-server.ts';

/** The identity provider refused to give a token; waiting does not help. `code` is OAuth's own. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What the walk and the systems' flow need from the provider's own description. */
export interface ProviderMetadata {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
}

/** Reads the provider's description (OpenID Connect Discovery) and checks that it is that issuer's own. */
export async function discoverProvider(
  issuer: string,
  request: typeof fetch,
  timeoutMs: number,
): Promise<ProviderMetadata> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const { status, body } = await ask(request, url, { signal: AbortSignal.timeout(timeoutMs) });
  if (status !== 200 || !isRecord(body)) {
    throw new ChappeUnavailable(`${url} answered ${status} instead of the provider's description`, {
      attempts: 1,
    });
  }
  if (body.issuer !== issuer) {
    throw new SignInRefused('issuer-mismatch', `${url} describes another issuer than ${issuer}`);
  }
  return {
    authorizationEndpoint: String(body.authorization_endpoint),
    tokenEndpoint: String(body.token_endpoint),
  };
}

/** The token endpoint of an issuer. */
export async function tokenEndpointOf(
  issuer: string,
  request: typeof fetch,
  timeoutMs: number,
): Promise<string> {
  return (await discoverProvider(issuer, request, timeoutMs)).tokenEndpoint;
}

/** Exchanges a grant for an access token. */
export async function requestToken(
  request: typeof fetch,
  endpoint: string,
  timeoutMs: number,
  form: Readonly<Record<string, string>>,
): Promise<IssuedToken> {
  const { status, body } = await ask(request, endpoint, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (isTransient(status)) throw new ChappeUnavailable(`${endpoint} answered ${status}`, { attempts: 1 });
  if (status !== 200 || !isRecord(body) || typeof body.access_token !== 'string') {
    const code = isRecord(body) && typeof body.error === 'string' ? body.error : `http-${status}`;
    const description = isRecord(body) ? body.error_description : undefined;
    throw new SignInRefused(
      code,
      `the identity provider refused: ${code}${description ? ` (${description})` : ''}`,
    );
  }
  const expiresInS = typeof body.expires_in === 'number' ? body.expires_in : 60;
  return { accessToken: body.access_token, expiresInS };
}

async function ask(
  request: typeof fetch,
  url: string,
  init: RequestInit,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await request(url, { ...init, redirect: 'error' });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    throw (
      untrustedServer(error, new URL(url)) ??
      new ChappeUnavailable(`${url} did not answer`, { attempts: 1, cause: error })
    );
  }
}
