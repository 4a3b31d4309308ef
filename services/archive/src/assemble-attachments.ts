import { openAttachmentReader, readAttachmentStoreSettings } from '@chappe/attachment-store';
import type { Pool } from '@chappe/postgres';
import {
  createDownloads,
  createSubjectFollower,
  type DependencyHealth,
  downloadLimits,
  type HttpServer,
  type Logger,
  noFiles,
  type ResolveSubject,
  storeHealth,
  type TokenVerifier,
} from '@chappe/service-kit';
import { registerArchivedAttachmentRoute } from './adapters/http-attachments.ts';
import type { OnAltered } from './adapters/postgres-index-readable.ts';
import type { ArchiveConfig } from './config.ts';

/** The files of archived messages, which the archive may read and nothing else. */
export interface AssembledAttachments {
  /** In the words of readiness. */
  health(): Promise<DependencyHealth>;
  registerRoute(app: HttpServer, ports: { onAltered: OnAltered; onDisclosed(): void }): void;
  close(): Promise<void>;
}

/** Joins the store of attachments to the archive. */
export function assembleAttachments(
  config: ArchiveConfig,
  parts: { pool: Pool; verifyToken: TokenVerifier; resolveSubject: ResolveSubject; log: Logger },
): AssembledAttachments {
  const { pool, verifyToken, resolveSubject, log } = parts;
  const settings = readAttachmentStoreSettings(config);
  const store = settings === undefined ? undefined : openAttachmentReader(settings);
  return {
    health: async () =>
      store === undefined ? { state: 'ready', optional: true } : storeHealth(() => store.check()),
    registerRoute(app, ports) {
      registerArchivedAttachmentRoute(app, {
        ...ports,
        pool,
        store: store ?? noFiles,
        downloads: createDownloads({ limits: downloadLimits(config), log }),
        followSubject: createSubjectFollower({ verifyToken, resolveSubject }),
        scanRequired: !config.DOWNLOAD_UNSCANNED,
      });
    },
    close: async () => store?.close(),
  };
}
