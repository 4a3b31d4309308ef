import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeFrom } from '../../authorization-code.ts';
import { beginAuthorization } from '../../authorization-request.ts';
import type { IssuedToken } from '../../token-cache.ts';
import { discoverProvider, requestToken, SignInRefused } from '../../token-endpoint.ts';
import type { Terminal } from '../terminal.ts';
import type { Profile } from './profile-file.ts';

const providerTimeoutMs = 10_000;
const patienceMs = 5 * 60_000;

/**
 * Signs a person in by their own browser: authorization code with PKCE, and a redirect to a port of this machine that
 * is open only meanwhile (RFC 8252, section 7.3). What the person types is between them and the provider.
 */
export async function signInWithBrowser(
  terminal: Terminal,
  profile: Pick<Profile, 'issuer' | 'clientId' | 'resource'>,
): Promise<IssuedToken> {
  const { issuer, clientId, resource } = profile;
  const provider = await discoverProvider(issuer, fetch, providerTimeoutMs);
  const back = await openRedirectPort(terminal);
  try {
    const { redirectUri } = back;
    const { authorizationEndpoint } = provider;
    const begun = await beginAuthorization({ authorizationEndpoint, clientId, resource, redirectUri });
    terminal.err(terminal.say({ en: 'Sign in at:', fr: 'Authentifiez-vous ici :' }));
    terminal.err(`  ${begun.url}`);
    openBrowser(begun.url, terminal.env.BROWSER);
    const code = codeFrom(await back.arrival(begun.state), begun.state);
    return await requestToken(fetch, provider.tokenEndpoint, providerTimeoutMs, {
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      resource,
      code,
      code_verifier: begun.verifier,
    });
  } finally {
    back.close();
  }
}

interface RedirectPort {
  readonly redirectUri: string;
  /** The address that the browser comes back with; a request with another state is not this sign-in's. */
  arrival(state: string): Promise<URL>;
  close(): void;
}

async function openRedirectPort(terminal: Terminal): Promise<RedirectPort> {
  const server: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const thanks = terminal.say({
    en: 'You are signed in. You can close this window.',
    fr: 'Vous êtes authentifié. Vous pouvez fermer cette fenêtre.',
  });
  return {
    redirectUri,
    arrival: (state) =>
      new Promise((resolve, reject) => {
        const stop = (error: Error) => {
          clearTimeout(late);
          reject(error);
        };
        const late = setTimeout(
          () => stop(new SignInRefused('timeout', `nobody signed in within ${patienceMs / 60_000} minutes`)),
          patienceMs,
        );
        terminal.signal.addEventListener('abort', () => stop(terminal.signal.reason), { once: true });
        server.on('request', (request, response) => {
          const url = new URL(request.url ?? '/', redirectUri);
          if (url.pathname !== '/callback' || url.searchParams.get('state') !== state) {
            response.writeHead(404).end();
            return;
          }
          response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
          response.end(thanks);
          clearTimeout(late);
          resolve(url);
        });
      }),
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
  };
}

/** Opens the address where there is a browser; where there is none, the person has it on the screen. */
function openBrowser(url: URL, wanted: string | undefined): void {
  if (wanted === 'none') return;
  const command = wanted ?? (process.platform === 'darwin' ? 'open' : 'xdg-open');
  const child = spawn(command, [url.href], { stdio: 'ignore', detached: true });
  child.on('error', () => child.unref());
  child.unref();
}
