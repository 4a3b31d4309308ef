import { beginAuthorization } from './authorization-request.ts';
import { ChappeUnavailable } from './problem.ts';
import { createTokenCache } from './token-cache.ts';
import { discoverProvider, requestToken, SignInRefused } from './token-endpoint.ts';
import type { TokenProvider } from './transport.ts';

/** A demonstration account, and the public client that walks for it. */
export interface DemonstrationAccount {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly login: string;
  readonly password: string;
  readonly scope?: string;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** More pages than any provider of ours shows: log in, consent, and the redirects between. */
const maxSteps = 12;

/**
 * Signs a demonstration account in without a browser: walks authorization code with PKCE through the
 * provider's own pages, filling in its log-in form. For the local stack's command line and tests only;
 * people sign in through the console, with their own provider's means.
 */
export function authorizationCodeWithPassword(account: DemonstrationAccount): TokenProvider {
  return createTokenCache(async () => {
    const request = account.fetch ?? fetch;
    const timeoutMs = account.timeoutMs ?? 10_000;
    const { authorizationEndpoint, tokenEndpoint } = await discoverProvider(
      account.issuer,
      request,
      timeoutMs,
    );
    const { url, state, verifier } = await beginAuthorization({ ...account, authorizationEndpoint });
    const back = await walkSignInPages(account, url, request, timeoutMs);
    const code = codeFrom(back, state);
    return requestToken(request, tokenEndpoint, timeoutMs, {
      grant_type: 'authorization_code',
      client_id: account.clientId,
      redirect_uri: account.redirectUri,
      resource: account.resource,
      code,
      code_verifier: verifier,
    });
  });
}

/** Does what a person does in a browser, from the provider's first page to the address that it leads back to. */
export async function walkSignInPages(
  account: Pick<DemonstrationAccount, 'issuer' | 'login' | 'password' | 'redirectUri'>,
  start: URL,
  request: typeof fetch,
  timeoutMs: number,
): Promise<URL> {
  const cookies = new Map<string, string>();
  const provider = new URL(account.issuer).origin;
  let url = start;
  let form: URLSearchParams | undefined;
  let passwordSent = false;

  for (let step = 0; step < maxSteps; step++) {
    // The password goes to the provider and nowhere else, wherever its pages point.
    if (url.origin !== provider)
      throw new SignInRefused('left-the-provider', `the log-in page leads to ${url.origin}`);
    const response = await visit(request, url, form, cookies, timeoutMs);
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      form = undefined;
      if (isRedirectTo(url, account.redirectUri)) return url;
      continue;
    }
    const page = await response.text();
    const next = response.status === 200 ? readForm(page) : undefined;
    if (next === undefined) {
      throw new SignInRefused(
        'unexpected-page',
        `the log-in page answered ${response.status} without a form`,
      );
    }
    if (next.passwordField !== undefined) {
      if (passwordSent)
        throw new SignInRefused('access_denied', `the provider does not accept the account ${account.login}`);
      passwordSent = true;
      next.fields.set(next.passwordField, account.password);
      if (next.loginField !== undefined) next.fields.set(next.loginField, account.login);
    }
    url = new URL(next.action, url);
    form = next.fields;
  }
  throw new SignInRefused('too-many-pages', 'the log-in did not come to an end');
}

async function visit(
  request: typeof fetch,
  url: URL,
  form: URLSearchParams | undefined,
  cookies: Map<string, string>,
  timeoutMs: number,
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  try {
    const response = await request(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) },
      signal: AbortSignal.timeout(timeoutMs),
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
    return response;
  } catch (error) {
    throw new ChappeUnavailable(`${url.origin} did not answer`, { attempts: 1, cause: error });
  }
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const match = /^([^=;]+)=([^;]*)/.exec(line);
  if (match?.[1] === undefined || match[2] === undefined) return;
  if (match[2] === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(match[1]);
  else cookies.set(match[1], match[2]);
}

function isRedirectTo(url: URL, redirectUri: string): boolean {
  const target = new URL(redirectUri);
  return url.origin === target.origin && url.pathname === target.pathname;
}

/** The code in the address that the provider leads back to, if it belongs to this sign-in. */
export function codeFrom(url: URL, state: string): string {
  const error = url.searchParams.get('error');
  if (error !== null) throw new SignInRefused(error, url.searchParams.get('error_description') ?? error);
  if (url.searchParams.get('state') !== state)
    throw new SignInRefused('state-mismatch', 'the answer belongs to another log-in');
  const code = url.searchParams.get('code');
  if (code === null) throw new SignInRefused('no-code', 'the provider came back without a code');
  return code;
}

interface PageForm {
  readonly action: string;
  readonly fields: URLSearchParams;
  readonly loginField: string | undefined;
  readonly passwordField: string | undefined;
}

function readForm(page: string): PageForm | undefined {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(page);
  if (form?.[1] === undefined || form[2] === undefined) return undefined;
  const fields = new URLSearchParams();
  let loginField: string | undefined;
  let passwordField: string | undefined;
  for (const [, attributes = ''] of form[2].matchAll(/<input\b([^>]*)>/gi)) {
    const name = attribute(attributes, 'name');
    if (name === undefined) continue;
    const type = attribute(attributes, 'type')?.toLowerCase() ?? 'text';
    if (type === 'password') passwordField = name;
    else if (type === 'text' || type === 'email') loginField ??= name;
    if (type !== 'submit' && type !== 'button') fields.set(name, attribute(attributes, 'value') ?? '');
  }
  return { action: attribute(form[1], 'action') ?? '', fields, loginField, passwordField };
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(
    attributes,
  );
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replace(/&(?:#(\d{1,6})|([a-z]+));/g, (entity, digits?: string, name?: string) =>
    digits === undefined ? (entities[name ?? ''] ?? entity) : String.fromCodePoint(Number(digits)),
  );
}

const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };
