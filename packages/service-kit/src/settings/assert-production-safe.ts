import { ConfigurationError } from './load-config.ts';

/** The prefix that every secret, account and client of the demonstration carries. */
export const demonstrationPrefix = 'demo-';

type Settings = Readonly<Record<string, unknown>>;

/**
 * Refuses to start a production service with the means of the demonstration, or with stores that
 * anyone on the network could read; every problem is named at once. The demonstration in turn is
 * refused anywhere but on the loopback interface.
 */
export function assertProductionSafe(config: Settings): void {
  const found =
    config.CHAPPE_PROFILE === 'demonstration'
      ? loopbackProblems(config)
      : [
          ...demonstrationProblems(config),
          ...addressProblems(config),
          ...kafkaProblems(config),
          ...postgresProblems(config),
          ...redisProblems(config),
        ];
  if (found.length > 0) throw new ConfigurationError(found);
}

function loopbackProblems(config: Settings): string[] {
  const host = text(config, 'HTTP_HOST');
  if (host === undefined || isLoopback(host)) return [];
  return ['HTTP_HOST must be a loopback address in the demonstration profile'];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function demonstrationProblems(config: Settings): string[] {
  return Object.entries(config)
    .filter(
      ([, value]) =>
        typeof value === 'string' && secretsIn(value).some((part) => part.startsWith(demonstrationPrefix)),
    )
    .map(([name]) => `${name} carries a demonstration secret or client (prefix ${demonstrationPrefix})`);
}

/** A setting's own text, and the user name and password if it is a URL. */
function secretsIn(value: string): string[] {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined) return [value];
  return [value, decodeURIComponent(url.username), decodeURIComponent(url.password)];
}

function addressProblems(config: Settings): string[] {
  return ['OIDC_ISSUER', 'OIDC_JWKS_URL', 'PUBLIC_URL', 'INGEST_URL', 'PAGE_WEBHOOK_URL']
    .filter((name) => text(config, name)?.startsWith('http:'))
    .map((name) => `${name} must use https`);
}

function kafkaProblems(config: Settings): string[] {
  if (config.KAFKA_BROKERS === undefined) return [];
  return [
    ...(config.KAFKA_TLS === false ? ['KAFKA_TLS must not be false'] : []),
    ...(present(config, 'KAFKA_USERNAME') ? [] : ['KAFKA_USERNAME is not set']),
    ...(present(config, 'KAFKA_PASSWORD') ? [] : ['KAFKA_PASSWORD is not set']),
  ];
}

function postgresProblems(config: Settings): string[] {
  const url = parsed(config, 'POSTGRES_URL');
  if (url === undefined) return [];
  const encrypted = ['require', 'verify-ca', 'verify-full'].includes(url.searchParams.get('sslmode') ?? '');
  return [
    ...(encrypted ? [] : ['POSTGRES_URL must ask for TLS (sslmode=verify-full)']),
    ...(url.password === '' ? ['POSTGRES_URL has no password'] : []),
  ];
}

function redisProblems(config: Settings): string[] {
  const url = parsed(config, 'REDIS_URL');
  if (url === undefined) return [];
  return [
    ...(url.protocol === 'rediss:' ? [] : ['REDIS_URL must use TLS (rediss:)']),
    ...(url.password === '' ? ['REDIS_URL has no password'] : []),
  ];
}

function parsed(config: Settings, name: string): URL | undefined {
  const value = text(config, name);
  return value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
}

function present(config: Settings, name: string): boolean {
  return (text(config, name) ?? '') !== '';
}

function text(config: Settings, name: string): string | undefined {
  const value = config[name];
  return typeof value === 'string' ? value : undefined;
}
