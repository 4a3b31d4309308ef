export { type MailboxConfig, mailboxSettings } from './config.ts';
export type { MailboxOverrides } from './mailbox-overrides.ts';
export { startMailbox } from './service.ts';
