import { readFileSync } from 'node:fs';
import { type OidcOptions, startOidcProvider } from '@chappe/testing';

// The settings hold the accounts' passwords, so they come in a file that only its owner may read.
const file = process.argv[2];
if (file === undefined) throw new Error('usage: oidc-main.ts <settings.json>');
const options: OidcOptions = JSON.parse(readFileSync(file, 'utf8'));
const provider = await startOidcProvider(options);
console.log(
  JSON.stringify({ level: 30, time: Date.now(), service: 'oidc', msg: 'started', issuer: provider.issuer }),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    provider.stop().then(() => process.exit(0));
  });
}
