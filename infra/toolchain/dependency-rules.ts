/**
 * The rules of dependence of ARCHITECTURE.md in the form that dependency-cruiser reads.
 * Paths are relative to the repository root.
 */
interface Rule {
  readonly name: string;
  readonly comment: string;
  readonly severity: 'error';
  readonly from: Record<string, unknown>;
  readonly to: Record<string, unknown>;
}

const tests = '\\.test\\.ts$';
const service = '^services/([^/]+)/';

export const dependencyRules: readonly Rule[] = [
  {
    name: 'no-circular',
    comment: 'A cycle has no first file to read.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'domain-is-pure',
    comment: 'domain/ imports only itself and the pure packages: no I/O, no client, no Node module.',
    severity: 'error',
    from: { path: `${service}src/domain/`, pathNot: tests },
    to: { pathNot: '^services/$1/src/domain/|^packages/(schemas|policy|directory)/' },
  },
  {
    name: 'pure-packages-stay-pure',
    comment: 'policy and directory import only each other, schemas and themselves.',
    severity: 'error',
    from: {
      path: '^packages/(policy|directory)/src/',
      pathNot: `${tests}|/tooling/|/load-demonstration\\.ts$`,
    },
    to: { pathNot: '^packages/(schemas|policy|directory)/|^(node:)?crypto$' },
  },
  {
    name: 'adapters-join-in-service',
    comment: 'Only service.ts joins adapters; main.ts only starts it.',
    severity: 'error',
    from: { path: `${service}src/(main|config|index)\\.ts$` },
    to: { path: '^services/$1/src/(adapters|domain)/', pathNot: '/config' },
  },
  {
    name: 'adapters-do-not-import-the-root',
    comment: 'service.ts knows the adapters; no adapter knows service.ts.',
    severity: 'error',
    from: { path: `${service}src/adapters/` },
    to: { path: '^services/$1/src/(service|main)\\.ts$' },
  },
  {
    name: 'no-service-to-service',
    comment: 'Services meet only over Kafka and HTTP.',
    severity: 'error',
    from: { path: service },
    to: { path: '^services/', pathNot: '^services/$1/' },
  },
  {
    name: 'no-package-to-service',
    comment: 'A package never knows who uses it.',
    severity: 'error',
    from: { path: '^packages/' },
    to: { path: '^(services|infra|e2e|bench)/' },
  },
  {
    name: 'only-kafka-imports-the-client',
    comment:
      "kafkajs's defects are kept away from the rest by packages/kafka; bench/peers is the bare client, and " +
      'faults do with it what no client of ours would.',
    severity: 'error',
    from: { pathNot: '^packages/kafka/|^bench/|^e2e/chaos/faults/' },
    to: { path: 'node_modules/kafkajs|^kafkajs$' },
  },
  {
    name: 'only-postgres-imports-pg',
    comment: 'Statements run through packages/postgres; packages/testing starts the server.',
    severity: 'error',
    from: { path: '^(services|packages)/', pathNot: '^packages/(postgres|testing)/' },
    to: { path: 'node_modules/pg/|^pg$' },
  },
  {
    name: 'testing-is-for-tests',
    comment: 'Production sources never import the test backing services.',
    severity: 'error',
    from: { path: '^(services|packages)/[^/]+/src/', pathNot: `^packages/testing/|${tests}` },
    to: { path: '^packages/testing/' },
  },
  {
    name: 'no-undeclared-dependency',
    comment: 'What a workspace imports stands in its package.json.',
    severity: 'error',
    from: { pathNot: '\\.test\\.ts$|^vitest\\.config\\.ts$' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'everything-resolves',
    comment: 'An import that cannot be resolved would escape every other rule.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];
