import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  authorizationCodeWithPassword,
  type ChappeClient,
  clientCredentials,
  createClient,
  type TokenProvider,
} from '@chappe/client';
import { type Stack, type StackOptions, startStack } from '@chappe/local';

/** The whole system for one test file: free ports, a folder of its own, no trickle. */
export interface ExerciseStack {
  readonly stack: Stack;
  /** The system client of a correspondent, with the retries that a real one has. */
  as(correspondent: string): ChappeClient;
  /**
   * A person of a correspondent, who signed in by code and PKCE and is signed in again when the token ends: its
   * officer, or the superior (a desk's head, a post's releaser).
   */
  asPerson(correspondent: string, which?: 'officer' | 'superior'): ChappeClient;
  /** The tokens of a correspondent's officer, for a client of the test's own making. */
  personTokenOf(correspondent: string): TokenProvider;
  /** An access token of that client, for requests that no client would make. */
  tokenOf(correspondent: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the stack in a temporary folder, which goes with it; a start that fails leaves nothing running.
 * A killed member's partitions are given away after three seconds instead of ten, so that faults take less time.
 */
export async function startExerciseStack(options: Partial<StackOptions> = {}): Promise<ExerciseStack> {
  const stack = await startStack({
    ports: 'free',
    trickle: false,
    durable: false,
    extraEnv: { SINK_SESSION_TIMEOUT_MS: '3000' },
    ...options,
  });
  const tokens = new Map<string, () => Promise<string>>();
  const tokenOf = (correspondent: string): Promise<string> => {
    let token = tokens.get(correspondent);
    if (token === undefined) {
      const credentials = stack.clients.find((each) => each.correspondent === correspondent);
      if (credentials === undefined) throw new Error(`${correspondent} has no system client`);
      const { clientId, privateJwk } = credentials;
      token = clientCredentials({
        issuer: stack.state.issuer,
        clientId,
        privateJwk,
        resource: 'urn:chappe:api',
      });
      tokens.set(correspondent, token);
    }
    return token();
  };
  const signedIn = new Map<string, TokenProvider>();
  const signIn = (correspondent: string, which: 'officer' | 'superior'): TokenProvider => {
    const key = `${correspondent} ${which}`;
    const known = signedIn.get(key);
    if (known !== undefined) return known;
    const account = stack.accounts.find(
      (each) =>
        each.correspondent === correspondent &&
        each.subject.startsWith('demo-officer-') === (which === 'officer'),
    );
    if (account === undefined) throw new Error(`${correspondent} has no ${which}`);
    const { login, password } = account;
    const cli = readFile(join(stack.dataDir, 'accounts.json'), 'utf8').then(
      (text) => (JSON.parse(text) as { cli: { clientId: string; redirectUri: string } }).cli,
    );
    let provider: TokenProvider | undefined;
    const token: TokenProvider = async (options) => {
      provider ??= authorizationCodeWithPassword({
        issuer: stack.state.issuer,
        resource: 'urn:chappe:api',
        ...(await cli),
        login,
        password,
      });
      return provider(options);
    };
    signedIn.set(key, token);
    return token;
  };
  return {
    stack,
    tokenOf,
    personTokenOf: (correspondent) => signIn(correspondent, 'officer'),
    asPerson: (correspondent, which = 'officer') =>
      createClient({
        url: stack.state.url,
        token: signIn(correspondent, which),
        actingAs: correspondent,
        retry: { maxAttempts: 50, deadlineMs: 90_000 },
      }),
    as: (correspondent) =>
      createClient({
        url: stack.state.url,
        token: () => tokenOf(correspondent),
        retry: { maxAttempts: 50, deadlineMs: 90_000 },
      }),
    stop: () => stack.stop(),
  };
}
