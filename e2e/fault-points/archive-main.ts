import { archiveSettings, startArchive } from '@chappe/archive';
import { runService } from '@chappe/service-kit';
import { around } from './die-at-step.ts';

await runService({
  service: 'archive',
  settings: archiveSettings,
  env: process.env,
  start: (config) =>
    startArchive(config, {
      wrapKeepRecords: (keep) => (records) => around('keep', () => keep(records)),
    }),
});
