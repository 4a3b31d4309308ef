import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{packages,services,infra}/**/src/**/*.test.ts',
            'infra/toolchain/**/*.test.ts',
            'e2e/chaos/*/*.test.ts',
          ],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{packages,services}/*/test/**/*.int.test.ts'],
          environment: 'node',
          globalSetup: ['packages/testing/src/vitest-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // The files wait for brokers and time-outs more than they compute, and share nothing but the servers.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 300_000,
          // Each file starts a stack of its own, and waits for it more than it computes.
          maxWorkers: 2,
        },
      },
    ],
  },
});
