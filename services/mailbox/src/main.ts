import { runService } from '@chappe/service-kit';
import { mailboxSettings } from './config.ts';
import { startMailbox } from './service.ts';

await runService({ service: 'mailbox', settings: mailboxSettings, env: process.env, start: startMailbox });
