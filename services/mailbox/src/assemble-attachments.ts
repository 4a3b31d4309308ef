import { openAttachmentReader, readAttachmentStoreSettings } from '@chappe/attachment-store';
import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import {
  createDownloads,
  createSubjectFollower,
  type DependencyHealth,
  downloadLimits,
  type HttpServer,
  type Logger,
  noFiles,
  storeHealth,
  type TokenVerifier,
} from '@chappe/service-kit';
import { registerAttachmentRoute } from './adapters/http-attachments.ts';
import type { RecordOpening } from './adapters/postgres-audit.ts';
import type { InboxReader } from './adapters/postgres-inbox.ts';
import type { SentReader } from './adapters/postgres-sent.ts';
import { createAttachmentFinder } from './adapters/read-attachment.ts';
import type { MailboxConfig } from './config.ts';

/** The files of messages, which the mailbox may read and nothing else. */
export interface AssembledAttachments {
  /** In the words of readiness. */
  health(): Promise<DependencyHealth>;
  registerRoute(app: HttpServer, recordOpening: RecordOpening): void;
  close(): Promise<void>;
}

/** Joins the store of attachments to what a reader is shown of a message. */
export function assembleAttachments(
  config: MailboxConfig,
  parts: {
    inbox: InboxReader;
    sent: SentReader;
    verifyToken: TokenVerifier;
    currentDirectory(): DirectorySnapshot | undefined;
    log: Logger;
    nowMs(): number;
  },
): AssembledAttachments {
  const { inbox, sent, verifyToken, currentDirectory, log, nowMs } = parts;
  const settings = readAttachmentStoreSettings(config);
  const store = settings === undefined ? undefined : openAttachmentReader(settings);
  return {
    health: async () =>
      store === undefined ? { state: 'ready', optional: true } : storeHealth(() => store.check()),
    registerRoute(app, recordOpening) {
      registerAttachmentRoute(app, {
        store: store ?? noFiles,
        downloads: createDownloads({ limits: downloadLimits(config), log, nowMs }),
        findAttachment: createAttachmentFinder({ inbox, sent, nowMs }),
        followSubject: createSubjectFollower({
          verifyToken,
          resolveSubject(token, actingAs, atMs) {
            const directory = currentDirectory();
            return directory === undefined ? undefined : resolveSubject(directory, token, actingAs, atMs);
          },
          nowMs,
        }),
        recordOpening,
        scanRequired: !config.DOWNLOAD_UNSCANNED,
        nowMs,
      });
    },
    close: async () => store?.close(),
  };
}
