import { createDeadLetterDesk, deadLetterAudit, type KafkaSettings, type Log } from '@chappe/kafka';
import { decide } from '@chappe/policy';
import { createDeadLetterCases, createReplayJournal, type Pool } from '@chappe/postgres';
import {
  type CursorSeal,
  type HttpServer,
  registerDeadLetterRoutes,
  type TokenVerifier,
} from '@chappe/service-kit';
import { registerInboxRoutes } from './adapters/http-inbox.ts';
import { registerInboxCountsRoute } from './adapters/http-inbox-counts.ts';
import { registerReceiptRoutes } from './adapters/http-receipts.ts';
import { registerSentRoutes } from './adapters/http-sent.ts';
import { registerStreamRoute } from './adapters/http-stream.ts';
import { registerThreadRoutes } from './adapters/http-threads.ts';
import { registerTrackingStreamRoute } from './adapters/http-tracking-stream.ts';
import { createOpeningRecorder } from './adapters/postgres-audit.ts';
import { createInboxCounter } from './adapters/postgres-count-inbox.ts';
import type { FacetFiler } from './adapters/postgres-file-facets.ts';
import type { ReferenceFiler } from './adapters/postgres-file-references.ts';
import type { InboxReader } from './adapters/postgres-inbox.ts';
import { createReceiptGiver } from './adapters/postgres-receipts.ts';
import type { SentReader } from './adapters/postgres-sent.ts';
import { createTakenOverFinder } from './adapters/postgres-stand-ins.ts';
import type { ReadOwnTracking } from './adapters/read-own-tracking.ts';
import { createReaderRights } from './adapters/reader-rights.ts';
import type { AssembledAttachments } from './assemble-attachments.ts';
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
  readonly sent: SentReader;
  readonly facets: FacetFiler;
  readonly references: ReferenceFiler;
  readonly cursors: CursorSeal;
  readonly readOwnTracking: ReadOwnTracking;
  readonly directory: FollowedDirectory;
  readonly streams: AssembledStreams;
  readonly webhooks: AssembledWebhooks;
  readonly attachments: AssembledAttachments;
  readonly lanes: AssembledLanes;
  readonly verifyToken: TokenVerifier;
  readonly overrides: MailboxOverrides;
  /** Whether what the mailbox owes anybody to be told can leave. */
  readonly reachesIngest: boolean;
  readonly log: Log;
  /** Something waits in the outbox. */
  nudgeRelay(): void;
  nowMs(): number;
}

/** Registers what people and their systems ask of the mailbox, and what operators do about dead letters. */
export function registerRoutes(app: HttpServer, config: MailboxConfig, parts: RouteParts): void {
  const { readers, inbox, directory, streams, overrides, nudgeRelay, nowMs } = parts;
  const { sent, facets, references, cursors, readOwnTracking } = parts;
  const recordOpening = createOpeningRecorder({ pool: readers, nudgeRelay, nowMs });
  const plainGive = createReceiptGiver(readers, { tellsHandOvers: parts.reachesIngest });
  const findTakenOver = createTakenOverFinder(readers);
  registerInboxRoutes(app, { inbox, facets, references, cursors, recordOpening, findTakenOver, nowMs });
  registerInboxCountsRoute(app, { countInbox: createInboxCounter(readers), facets, recordOpening, nowMs });
  registerReceiptRoutes(app, {
    giveReceipts: overrides.wrapGiveReceipts?.(plainGive) ?? plainGive,
    currentDirectory: directory.required,
    onGiven(correspondent, threadIds) {
      streams.announceReceipts(correspondent, threadIds);
      nudgeRelay();
    },
    nowMs,
  });
  const readEpoch = async () => (await inbox.heads([])).epoch;
  registerSentRoutes(app, { sent, references, cursors, readEpoch, readOwnTracking, nowMs });
  registerThreadRoutes(app, { inbox, sent, recordOpening, nowMs });
  const streaming = {
    verifyToken: parts.verifyToken,
    maxOpenStreams: config.STREAM_MAX_OPEN,
    endGraceMs: config.STREAM_END_GRACE_MS,
  };
  registerStreamRoute(app, {
    hub: streams.hub,
    store: streams.store,
    rights: createReaderRights({
      currentDirectory: directory.current,
      mayStream: (subject, atMs) => {
        const inboxOf = { kind: 'correspondent' as const, correspondent: subject.correspondent };
        return decide(subject, 'inbox.stream', inboxOf, { nowMs: atMs }).effect === 'allow';
      },
      nowMs,
    }),
    recordOpening,
    ...streaming,
    ...(overrides.wrapOutlet === undefined ? {} : { wrapOutlet: overrides.wrapOutlet }),
  });
  registerTrackingStreamRoute(app, {
    hub: streams.trackings,
    readOwnTracking,
    rights: createReaderRights({
      currentDirectory: directory.current,
      mayStream: (subject, atMs) => decide(subject, 'sent.read', null, { nowMs: atMs }).effect === 'allow',
      nowMs,
    }),
    ...streaming,
  });
  parts.webhooks.registerRoutes(app, recordOpening);
  parts.attachments.registerRoute(app, recordOpening);
  const journal = createReplayJournal(parts.replayPool);
  const sources = parts.lanes.replays;
  registerDeadLetterRoutes(app, {
    service: 'mailbox',
    groups: sources.map(({ group }) => group),
    journal,
    cases: createDeadLetterCases(parts.replayPool, {
      auditRow: deadLetterAudit('mailbox', nowMs),
      nudgeRelay,
    }),
    desk: createDeadLetterDesk(parts.kafka, { service: 'mailbox', sources, journal, log: parts.log }),
  });
}
