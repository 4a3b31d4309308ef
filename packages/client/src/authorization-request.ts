/** One request for an authorization code with PKCE (RFC 7636): where to send the person, and what must come back. */
export interface AuthorizationRequest {
  readonly url: URL;
  readonly state: string;
  /** Proves to the token endpoint that the code is asked for by whoever began. */
  readonly verifier: string;
}

/** Who asks for a code, and for what. */
export interface AuthorizationTarget {
  readonly authorizationEndpoint: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly scope?: string;
}

/** Begins a sign-in: a new state and verifier each time. */
export async function beginAuthorization(target: AuthorizationTarget): Promise<AuthorizationRequest> {
  const verifier = randomText();
  const state = randomText();
  const url = new URL(target.authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: target.clientId,
    redirect_uri: target.redirectUri,
    scope: target.scope ?? 'openid',
    resource: target.resource,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url, state, verifier };
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
