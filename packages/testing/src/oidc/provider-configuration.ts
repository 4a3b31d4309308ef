import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { type ClientMetadata, type Configuration, errors } from 'oidc-provider';
import { memoryAdapter } from './memory-adapter.ts';

/** A person of the demonstration, who signs in with a password. */
export interface OidcAccount {
  subject: string;
  username: string;
  password: string;
}

/** A system of the demonstration, which signs in with its private key. */
export interface OidcSystemClient {
  clientId: string;
  publicJwk: JWK;
}

/** A program through which persons sign in, with code and PKCE and no secret. */
export interface OidcPublicClient {
  clientId: string;
  redirectUris: string[];
  /** A program on the user's own machine, whose redirect may have whatever loopback port. */
  native: boolean;
  /** The browser origin that may call the token endpoint. */
  origin?: string;
}

/** Who can sign in, and for what. */
export interface OidcPlan {
  accounts: readonly OidcAccount[];
  systems: readonly OidcSystemClient[];
  publicClients: readonly OidcPublicClient[];
  /** The resource for which access tokens are issued. */
  resource: string;
  accessTokenLifetimeS: number;
  signingKey: JWK;
}

/**
 * The provider's settings: code with PKCE for persons, private_key_jwt for systems, JWT access
 * tokens (RFC 9068) for one resource, and nothing else switched on.
 */
export function providerConfiguration(plan: OidcPlan): Configuration {
  const subjects = new Set(plan.accounts.map((account) => account.subject));
  const origins = new Map(plan.publicClients.map((client) => [client.clientId, client.origin]));
  return {
    adapter: memoryAdapter(),
    jwks: { keys: [{ ...plan.signingKey, use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [...plan.systems.map(systemMetadata), ...plan.publicClients.map(publicMetadata)],
    clientAuthMethods: ['none', 'private_key_jwt'],
    clientBasedCORS: (_context, origin, client) => origins.get(client.clientId) === origin,
    responseTypes: ['code'],
    scopes: ['openid'],
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], clientAuthSigningAlgValues: ['ES256'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => plan.resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== plan.resource) throw new errors.InvalidTarget();
          return {
            scope: '',
            audience: plan.resource,
            accessTokenTTL: plan.accessTokenLifetimeS,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    findAccount: (_context, subject) =>
      subjects.has(subject) ? { accountId: subject, claims: () => ({ sub: subject }) } : undefined,
    // All clients are the stack's own: who signs in need not also consent.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid');
      grant.addResourceScope(plan.resource, '');
      await grant.save();
      return grant;
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: plan.accessTokenLifetimeS,
      ClientCredentials: plan.accessTokenLifetimeS,
      AuthorizationCode: 60,
      IdToken: plan.accessTokenLifetimeS,
      Interaction: 600,
      Session: 8 * 3600,
      Grant: 8 * 3600,
    },
    renderError: (context, out) => {
      context.type = 'text';
      context.body = `${out.error}: ${out.error_description ?? ''}\n`;
    },
  };
}

function systemMetadata(system: OidcSystemClient): ClientMetadata {
  return {
    client_id: system.clientId,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'ES256',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    jwks: { keys: [{ ...system.publicJwk, use: 'sig' }] },
  };
}

function publicMetadata(client: OidcPublicClient): ClientMetadata {
  return {
    client_id: client.clientId,
    application_type: client.native ? 'native' : 'web',
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: client.redirectUris,
  };
}
