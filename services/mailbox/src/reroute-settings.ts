import { z } from 'zod';

/** The settings of what suspended correspondents hold, as a raw zod shape. */
export const rerouteSettings = {
  /** How often it is looked for, and for what became of orders that were given. */
  REROUTE_SWEEP_MS: z.coerce.number().int().min(50).max(60_000).default(1_000),
  /** How many numbers of a suspended inbox one transaction passes. */
  REROUTE_WALK_SPAN: z.coerce.number().int().min(10).max(20_000).default(2_000),
  /** How many orders may wait for the router's decision at once. */
  REROUTE_MAX_UNSETTLED: z.coerce.number().int().min(1).max(5_000).default(500),
};
