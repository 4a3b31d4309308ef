import type { Pool } from '@chappe/postgres';
import { type SaidInSlice, saidInSlice } from '../domain/said-in-slice.ts';
import type { ApplySlice } from './postgres-apply-slice.ts';

/** Writes down that something was said, so that it is not forgotten by whoever applies it and dies. */
export type NoteSaid = (said: SaidInSlice) => Promise<void>;

/** Makes it over a pool: one round trip. */
export function createNoteSaid(pool: Pool): NoteSaid {
  return async ({ threadIds, corrections }) => {
    const rows = corrections.map(({ correspondent, messageId, originalId }) => ({
      correspondent,
      message_id: messageId,
      original_id: originalId,
    }));
    await pool.query({
      name: 'note-said',
      text: 'SELECT note_said($1::uuid[], $2::jsonb)',
      values: [threadIds, JSON.stringify(rows)],
    });
  };
}

/**
 * Notes what a slice says before it is applied; a slice of nothing but leads and requests goes straight on. In this
 * order nothing that was withdrawn is ever shown: a correction whose original is recalled already enters its inbox
 * withdrawn. `onSaid` is told of the threads once the slice is committed, and must not throw.
 */
export function notingWhatIsSaid(
  applySlice: ApplySlice,
  noteSaid: NoteSaid,
  onSaid: (threadIds: readonly string[]) => void,
): ApplySlice {
  return async (slice) => {
    const said = saidInSlice(slice.plan);
    if (said.threadIds.length === 0) return await applySlice(slice);
    await noteSaid(said);
    const items = await applySlice(slice);
    onSaid(said.threadIds);
    return items;
  };
}
