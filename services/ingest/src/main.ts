import { runService } from '@chappe/service-kit';
import { ingestSettings } from './config.ts';
import { startIngest } from './service.ts';

await runService({ service: 'ingest', settings: ingestSettings, env: process.env, start: startIngest });
