import { type ChappeClient, clientCredentials, createClient, type TokenProvider } from '@chappe/client';
import type { ExerciseStack } from '../../harness/exercise-stack.ts';

/** The clients of all correspondents, each with the patience that a post's own program would have. */
export interface ChaosClients {
  /** For `url` a replica of ingest may stand in for the public origin, for sending alone. */
  of(correspondent: string, url?: string): ChappeClient;
  tokenOf(correspondent: string): Promise<string>;
  /** A person of the correspondent: only persons acknowledge. */
  readonly asPerson: ExerciseStack['asPerson'];
}

/** Makes the clients of a stack; a refused token is renewed, as the SDK asks. */
export function openClients({ stack, asPerson }: Pick<ExerciseStack, 'stack' | 'asPerson'>): ChaosClients {
  const providers = new Map<string, TokenProvider>();
  const clients = new Map<string, ChappeClient>();

  function providerOf(correspondent: string): TokenProvider {
    const known = providers.get(correspondent);
    if (known !== undefined) return known;
    const credentials = stack.clients.find((each) => each.correspondent === correspondent);
    if (credentials === undefined) throw new Error(`${correspondent} has no system client`);
    const { clientId, privateJwk } = credentials;
    const provider = clientCredentials({
      issuer: stack.state.issuer,
      clientId,
      privateJwk,
      resource: 'urn:chappe:api',
    });
    providers.set(correspondent, provider);
    return provider;
  }

  return {
    of(correspondent, url = stack.state.url) {
      const key = `${correspondent} ${url}`;
      const known = clients.get(key);
      if (known !== undefined) return known;
      const client = createClient({
        url,
        token: providerOf(correspondent),
        retry: { maxAttempts: 5, baseDelayMs: 200, maxDelayMs: 4_000, deadlineMs: 20_000 },
      });
      clients.set(key, client);
      return client;
    },
    tokenOf: (correspondent) => providerOf(correspondent)(),
    asPerson,
  };
}
