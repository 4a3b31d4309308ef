import { runService } from '@chappe/service-kit';
import { routerSettings } from './config.ts';
import { startRouter } from './service.ts';

await runService({ service: 'router', settings: routerSettings, env: process.env, start: startRouter });
