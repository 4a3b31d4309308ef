import { type ChappeClient, clientCredentials, createClient } from '@chappe/client';
import { type Stack, type StackOptions, startStack } from '@chappe/local';

/** The whole system for one test file: free ports, a folder of its own, no trickle. */
export interface ExerciseStack {
  readonly stack: Stack;
  /** The system client of a correspondent, with the retries that a real one has. */
  as(correspondent: string): ChappeClient;
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
  return {
    stack,
    tokenOf,
    as: (correspondent) =>
      createClient({
        url: stack.state.url,
        token: () => tokenOf(correspondent),
        retry: { maxAttempts: 50, deadlineMs: 90_000 },
      }),
    stop: () => stack.stop(),
  };
}
