import { attachmentStoreProblems, attachmentStoreSettingsShape } from '@chappe/attachment-store';
import { kafkaSettingsShape } from '@chappe/kafka';
import { postgresSettingsShape } from '@chappe/postgres';
import { baseSettings, downloadSettings, redisSettings } from '@chappe/service-kit';
import { z } from 'zod';
import { deadlineSettings, judgeDeadlineSettings } from './deadline-settings.ts';
import { rerouteSettings } from './reroute-settings.ts';
import { webhookProblem, webhookSettingsShape } from './webhook-config.ts';

const milliseconds = (fallback: number) => z.coerce.number().int().min(10).max(3_600_000).default(fallback);
const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);

/** Every setting of the mailbox. */
export const mailboxSettings = z
  .object({
    ...baseSettings,
    ...kafkaSettingsShape,
    ...postgresSettingsShape,
    ...redisSettings,
    /** Deliveries per transaction; small, because a flash may wait for the transaction of another lane. */
    SLICE_MAX_RECORDS: count(100, 1_000),
    /** How long the partitions of a replica that died wait for another one. */
    SINK_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(300_000).default(10_000),
    /** How long a delivery may wait for the directory release that its decision names. */
    DIRECTORY_WAIT_MS: milliseconds(5_000),
    STREAM_HEARTBEAT_MS: milliseconds(15_000),
    /** How late another replica's commit is seen when Redis is absent. */
    STREAM_POLL_MS: milliseconds(1_000),
    STREAM_MAX_OPEN: count(5_000, 100_000),
    /** What may wait in memory for one reader; beyond it, the reader is served from the store. */
    STREAM_MAX_BUFFERED_BYTES: count(262_144, 16_777_216),
    /** A reader whose buffer does not empty in this time is cut off. */
    STREAM_STALL_TIMEOUT_MS: milliseconds(20_000),
    /** How long the last event may take to leave before the connection is destroyed. */
    STREAM_END_GRACE_MS: milliseconds(2_000),
    ...deadlineSettings,
    ...rerouteSettings,
    ...webhookSettingsShape,
    ...attachmentStoreSettingsShape,
    ...downloadSettings,
  })
  .superRefine((config, context) =>
    judgeDeadlineSettings(config, (name, message) =>
      context.addIssue({ code: 'custom', path: [name], message }),
    ),
  )
  .superRefine((config, context) => {
    const problem = webhookProblem(config);
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem });
  })
  .superRefine((config, context) => {
    for (const problem of attachmentStoreProblems(config)) context.addIssue({ code: 'custom', ...problem });
  });

/** The parsed settings. */
export type MailboxConfig = z.output<typeof mailboxSettings>;
