import {
  type AttachmentStore,
  createClamdScanner,
  openAttachmentStore,
  readAttachmentStoreSettings,
} from '@chappe/attachment-store';
import type { DependencyHealth, Logger, Metrics } from '@chappe/service-kit';
import { createAttachmentGate } from './adapters/attachment-gate.ts';
import { type AttachmentMetrics, createAttachmentMetrics } from './adapters/attachment-metrics.ts';
import { startAttachmentUpkeep } from './adapters/attachment-upkeep.ts';
import type { UploadRoutePorts } from './adapters/http-upload-routes.ts';
import { mediaTypesOf } from './attachment-config.ts';
import type { IngestConfig } from './config.ts';
import type { AttachmentGate } from './submit-message.ts';

/** Everything of ingest that is about attachments. */
export interface Attachments {
  readonly gate: AttachmentGate;
  readonly routes: Omit<UploadRoutePorts, 'publicUrl'>;
  /** For `/readyz`; messages without attachments do not need the store. */
  readonly health: Readonly<Record<string, () => Promise<DependencyHealth>>>;
  stop(): Promise<void>;
}

/** Opens the store that the configuration names; without one, nothing can be uploaded or attached. */
export function assembleAttachments(
  config: IngestConfig,
  { log, metrics, nowMs }: { readonly log: Logger; readonly metrics: Metrics; readonly nowMs: () => number },
): Attachments {
  const settings = readAttachmentStoreSettings(config);
  let store: AttachmentStore | undefined;
  const measured = createAttachmentMetrics(metrics, () => store?.uploads.running() ?? 0);
  const gate = (): AttachmentGate =>
    createAttachmentGate(store, { log, timeoutMs: config.ATTACHMENTS_LOOKUP_TIMEOUT_MS });
  const routes = (own: AttachmentMetrics): Omit<UploadRoutePorts, 'publicUrl'> => ({
    store,
    metrics: own,
    allowedMediaTypes: mediaTypesOf(config),
    mostBytes: config.ATTACHMENTS_MAX_BYTES,
  });
  if (settings === undefined) {
    return { gate: gate(), routes: routes(measured), health: {}, stop: async () => {} };
  }
  store = openAttachmentStore(settings, {
    bounds: boundsOf(config),
    allowedMediaTypes: mediaTypesOf(config),
    acceptUnscanned: config.ATTACHMENTS_ACCEPT_UNSCANNED,
    scanner:
      config.ATTACHMENTS_SCAN === 'off'
        ? null
        : createClamdScanner({
            address: config.ATTACHMENTS_CLAMD_ADDRESS ?? '',
            timeoutMs: config.ATTACHMENTS_SCAN_TIMEOUT_MS,
          }),
    scanObserver: {
      verdict: measured.scanned,
      failed(code) {
        measured.scanned('NONE');
        log.warn({ code }, 'a scan gave no verdict');
      },
    },
    nowMs,
  });
  const opened = store;
  const upkeep = startAttachmentUpkeep(opened, {
    log,
    metrics: measured,
    sweepIntervalMs: config.ATTACHMENTS_SWEEP_INTERVAL_MS,
    scanIntervalMs: config.ATTACHMENTS_SCAN_INTERVAL_MS,
  });
  return {
    gate: gate(),
    routes: routes({
      ...measured,
      transferred(outcome, offset) {
        measured.transferred(outcome, offset);
        if (outcome.status === 'received' && outcome.isComplete) upkeep.fileKept();
      },
    }),
    health: {
      attachments: () =>
        opened.check().then(
          () => ({ state: 'ready', optional: true }),
          () => ({ state: 'unavailable', optional: true }),
        ),
    },
    async stop() {
      await upkeep.stop();
      await opened.close();
    },
  };
}

function boundsOf(config: IngestConfig) {
  return {
    mostBytes: config.ATTACHMENTS_MAX_BYTES,
    openPerUploader: config.ATTACHMENTS_OPEN_PER_CORRESPONDENT,
    openInAll: config.ATTACHMENTS_OPEN,
    unfinishedBytesPerUploader: config.ATTACHMENTS_UNFINISHED_BYTES,
    transfersPerUploader: config.ATTACHMENTS_TRANSFERS_PER_CORRESPONDENT,
    transfersInAll: config.ATTACHMENTS_TRANSFERS,
    lifetimeMs: config.ATTACHMENTS_UPLOAD_LIFETIME_HOURS * 3_600_000,
    segmentBytes: config.ATTACHMENTS_SEGMENT_BYTES,
    segmentAgeMs: config.ATTACHMENTS_SEGMENT_AGE_MS,
    mostSegments: 20_000,
    idleTimeoutMs: config.ATTACHMENTS_IDLE_TIMEOUT_MS,
    transferTimeoutMs: config.ATTACHMENTS_TRANSFER_TIMEOUT_MS,
    minFreeBytes: config.ATTACHMENTS_MIN_FREE_BYTES,
    keepUnattachedMs: config.ATTACHMENTS_KEEP_UNATTACHED_DAYS * 86_400_000,
  };
}
