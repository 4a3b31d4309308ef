import type { OidcOptions } from '@chappe/testing';
import type { DemonstrationPerson } from './demonstration-accounts.ts';
import type { StackSecrets } from './stack-secrets.ts';

/** The public client of the command line. */
export const cliClient = { clientId: 'demo-chappe-cli', redirectUri: 'http://127.0.0.1/callback' };

/** The public client of the documentation's "Authorize" button. */
export const docsClientId = 'demo-chappe-docs';

/** The resource for which all access tokens of the stack are. */
export const resource = 'urn:chappe:api';

/** What the provider of the local stack is started with. */
export function oidcSettings(
  people: readonly DemonstrationPerson[],
  secrets: StackSecrets,
  place: { port: number; publicUrl: string },
): OidcOptions {
  return {
    port: place.port,
    resource,
    accounts: people.map(({ subject, username }) => ({
      subject,
      username,
      password: secrets.accounts[subject] ?? '',
    })),
    systems: Object.entries(secrets.clients).map(([clientId, { publicJwk }]) => ({ clientId, publicJwk })),
    publicClients: [
      { clientId: cliClient.clientId, redirectUris: [cliClient.redirectUri], native: true },
      {
        clientId: docsClientId,
        redirectUris: [`${place.publicUrl}/docs/static/oauth2-redirect.html`],
        native: false,
        origin: place.publicUrl,
      },
    ],
    signingKey: secrets.signingKey,
  };
}
