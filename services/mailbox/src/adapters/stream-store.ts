import type { FacetFiler } from './postgres-file-facets.ts';
import type { InboxReader } from './postgres-inbox.ts';
import type { StreamStore } from './stream-hub.ts';

/**
 * What streams replay from. As far as an inbox is known to be filed, the store leaves out what a stream did not ask
 * for; beyond, the stream leaves it out itself, so that an item not yet filed is never passed over.
 */
export function createStreamStore(
  inbox: Pick<InboxReader, 'page' | 'heads'>,
  facets: Pick<FacetFiler, 'filedUpTo'>,
): StreamStore {
  const readAfter = (correspondent: string, from: number, limit: number) =>
    inbox.page({ correspondent, from, limit, order: 'ascending' });
  return {
    readAfter,
    async readMatching(correspondent, from, limit, filter) {
      const until = facets.filedUpTo(correspondent);
      if (from >= until) {
        const items = await readAfter(correspondent, from, limit);
        return { items, upTo: items.at(-1)?.number ?? from };
      }
      const items = await inbox.page({ correspondent, from, until, limit, filter, order: 'ascending' });
      return { items, upTo: items.length < limit ? until : (items.at(-1)?.number ?? from) };
    },
    readHeads: inbox.heads,
  };
}
