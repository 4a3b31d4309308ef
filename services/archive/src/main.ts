import { runService } from '@chappe/service-kit';
import { archiveSettings } from './config.ts';
import { startArchive } from './service.ts';

await runService({ service: 'archive', settings: archiveSettings, env: process.env, start: startArchive });
