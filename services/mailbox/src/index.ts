export { type MailboxConfig, mailboxSettings } from './config.ts';
export { type MailboxOverrides, startMailbox } from './service.ts';
