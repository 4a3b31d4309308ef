export type { KafkaDetour, KafkaUser } from './kafka/kafka-properties.ts';
export { findKafkaRuntime, type KafkaRuntime, KafkaRuntimeMissing } from './kafka/kafka-runtime.ts';
export { type KafkaOptions, type RunningKafka, startKafka } from './kafka/start-kafka.ts';
export type { OidcAccount, OidcPublicClient, OidcSystemClient } from './oidc/provider-configuration.ts';
export {
  createSigningKey,
  type OidcOptions,
  type RunningOidcProvider,
  startOidcProvider,
} from './oidc/start-oidc-provider.ts';
export { createTestIssuer, type Defect, type TestIssuer, type TokenWishes } from './oidc/test-issuer.ts';
export { type PlanNode, rowsTouched } from './postgres/rows-touched.ts';
export {
  type PostgresOptions,
  postgresFolder,
  publicPrograms,
  type RunningPostgres,
  startPostgres,
} from './postgres/start-postgres.ts';
export { ensureKafkaRuntime, ensureRedisServer } from './process/ensure-stores.ts';
export { isProcessAlive, withFileLock } from './process/file-lock.ts';
export { freePort, freePorts, isPortFree } from './process/free-port.ts';
export { forgetCommand, forgetFolder, watchCommand, watchFolder } from './process/reaper.ts';
export {
  lastLines,
  type ProcessExit,
  type ProcessPlan,
  type SupervisedProcess,
  superviseProcess,
} from './process/supervise-process.ts';
export { findRedisServer, type RedisOptions, type RunningRedis, startRedis } from './redis/start-redis.ts';
export { cacheFolder, repositoryRoot } from './repository-paths.ts';
export { type RunningS3, startS3 } from './s3/start-s3.ts';
export type { TestPrincipal } from './shared/backing-server.ts';
export { type TestDatabase, testDatabase } from './shared/test-database.ts';
export {
  type OwnKafka,
  type ProvisionTopics,
  startOwnKafka,
  type TestKafka,
  type TestKafkaSettings,
  testKafka,
} from './shared/test-kafka.ts';
export { testRedis } from './shared/test-redis.ts';
export { testCertificates } from './tls/test-certificates.ts';
