import { runService } from '@chappe/service-kit';
import { directorySettings } from './config.ts';
import { startDirectory } from './service.ts';

await runService({
  service: 'directory',
  settings: directorySettings,
  env: process.env,
  start: startDirectory,
});
