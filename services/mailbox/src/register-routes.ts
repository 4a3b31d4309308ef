import { createDeadLetterDesk, type KafkaSettings, type Log } from '@chappe/kafka';
import { createReplayJournal, type Pool } from '@chappe/postgres';
import { type HttpServer, registerDeadLetterRoutes, type TokenVerifier } from '@chappe/service-kit';
import { registerInboxRoutes } from './adapters/http-inbox.ts';
import { registerReceiptRoutes } from './adapters/http-receipts.ts';
import { registerSentRoutes } from './adapters/http-sent.ts';
import { registerStreamRoute } from './adapters/http-stream.ts';
import { registerThreadRoutes } from './adapters/http-threads.ts';
import { createOpeningRecorder } from './adapters/postgres-audit.ts';
import type { InboxReader } from './adapters/postgres-inbox.ts';
import { createReceiptGiver } from './adapters/postgres-receipts.ts';
import { createSentReader } from './adapters/postgres-sent.ts';
import { createTrackingReader } from './adapters/postgres-tracking.ts';
import { createReaderRights } from './adapters/reader-rights.ts';
import type { AssembledLanes } from './assemble-lanes.ts';
import type { AssembledStreams } from './assemble-streams.ts';
import type { AssembledWebhooks } from './assemble-webhooks.ts';
import type { MailboxConfig } from './config.ts';
import type { FollowedDirectory } from './follow-directory.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';

/** What the routes are served from. */
export interface RouteParts {
  readonly kafka: KafkaSettings;
  /** The people's connections; replays have their own. */
  readonly readers: Pool;
  readonly replayPool: Pool;
  readonly inbox: InboxReader;
  readonly directory: FollowedDirectory;
  readonly streams: AssembledStreams;
  readonly webhooks: AssembledWebhooks;
  readonly lanes: AssembledLanes;
  readonly verifyToken: TokenVerifier;
  readonly overrides: MailboxOverrides;
  readonly log: Log;
  /** Something waits in the outbox. */
  nudgeRelay(): void;
  nowMs(): number;
}

/** Posts and desks are one organisation; everybody else is outside. */
const insideTypes: readonly string[] = ['POST', 'DESK'];

/** Registers what people and their systems ask of the mailbox, and what operators do about dead letters. */
export function registerRoutes(app: HttpServer, config: MailboxConfig, parts: RouteParts): void {
  const { readers, inbox, directory, streams, overrides, nudgeRelay, nowMs } = parts;
  const sent = createSentReader(readers);
  const recordOpening = createOpeningRecorder({ pool: readers, nudgeRelay, nowMs });
  const plainGive = createReceiptGiver(readers);
  registerInboxRoutes(app, { inbox, recordOpening, nowMs });
  registerReceiptRoutes(app, {
    giveReceipts: overrides.wrapGiveReceipts?.(plainGive) ?? plainGive,
    currentDirectory: directory.required,
    onGiven(correspondent) {
      streams.announceReceipts(correspondent);
      nudgeRelay();
    },
    nowMs,
  });
  registerSentRoutes(app, {
    sent,
    readTracking: createTrackingReader(readers),
    isInside: (correspondent) =>
      insideTypes.includes(directory.required().correspondents.get(correspondent)?.type ?? ''),
    nowMs,
  });
  registerThreadRoutes(app, { inbox, sent, recordOpening, nowMs });
  registerStreamRoute(app, {
    hub: streams.hub,
    store: streams.store,
    rights: createReaderRights({ currentDirectory: directory.required, nowMs }),
    verifyToken: parts.verifyToken,
    recordOpening,
    maxOpenStreams: config.STREAM_MAX_OPEN,
    endGraceMs: config.STREAM_END_GRACE_MS,
    ...(overrides.wrapOutlet === undefined ? {} : { wrapOutlet: overrides.wrapOutlet }),
  });
  parts.webhooks.registerRoutes(app, recordOpening);
  const journal = createReplayJournal(parts.replayPool);
  const sources = parts.lanes.replays;
  registerDeadLetterRoutes(app, {
    service: 'mailbox',
    groups: sources.map(({ group }) => group),
    journal,
    desk: createDeadLetterDesk(parts.kafka, { service: 'mailbox', sources, journal, log: parts.log }),
  });
}
