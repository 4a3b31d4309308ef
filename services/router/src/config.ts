import { kafkaSettingsShape } from '@chappe/kafka';
import { postgresSettingsShape } from '@chappe/postgres';
import { lanes } from '@chappe/schemas';
import { baseSettings } from '@chappe/service-kit';
import { z } from 'zod';

const laneList = z
  .string()
  .default(lanes.join(','))
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.enum(lanes)).min(1));

/** Every setting of the router. */
export const routerSettings = z.object({
  ...baseSettings,
  ...kafkaSettingsShape,
  ...postgresSettingsShape,
  /** Connections of each lane, so that a flood in one leaves the others theirs. */
  POSTGRES_POOL_MAX: z.coerce.number().int().min(1).max(50).default(4),
  /** The lanes that this instance serves: a large deployment gives flash a process of its own. */
  ROUTER_LANES: laneList,
  /**
   * Deciding a record takes some 0.2 ms during which no other lane is served: small slices keep flash quick in
   * a flood. A slice also takes up to two advisory locks per record, of some 6,400 that PostgreSQL has by default.
   */
  MAX_SLICE_RECORDS: z.coerce.number().int().min(1).max(500).default(64),
  /** A silent instance loses its partitions after this. */
  SINK_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1_000).max(300_000).default(10_000),
  /** How long a message waits for the one it refers to. */
  REFERENCE_WAIT_MS: z.coerce.number().int().min(100).max(3_600_000).default(60_000),
  MAX_HELD_PER_SENDER: z.coerce.number().int().min(1).max(10_000).default(100),
  /** How often overdue waits are looked for. */
  SWEEP_INTERVAL_MS: z.coerce.number().int().min(50).max(60_000).default(2_000),
});

/** The parsed settings. */
export type RouterConfig = z.output<typeof routerSettings>;
