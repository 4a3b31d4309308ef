import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from '../domain/inbox-filter.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import type { InboxPage } from './postgres-inbox.ts';
import { correspondent, item } from './stream-hub.fixture.ts';
import { createStreamStore } from './stream-store.ts';

/** An inbox that finds by value only what has been filed, as the store does. */
function storeOf(rows: readonly InboxItem[], filedUpTo: number) {
  const reads: InboxPage[] = [];
  const inbox = {
    async page(query: InboxPage) {
      reads.push(query);
      const { from, until = Number.POSITIVE_INFINITY, limit, filter } = query;
      return rows
        .filter((row) => row.number > from && row.number <= until)
        .filter((row) => filter === undefined || (row.number <= filedUpTo && matches(row, filter)))
        .slice(0, limit);
    },
    heads: async () => ({ epoch: 1, last: new Map() }),
  };
  return { reads, store: createStreamStore(inbox, { filedUpTo: () => filedUpTo }) };
}

test('a narrowed replay passes every match, wherever filing stands, and always gets on to the end', async () => {
  const kinds = fc.array(fc.constantFrom('LEAD', 'REPLY'), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(kinds, fc.nat(40), fc.integer({ min: 1, max: 7 }), async (all, filed, limit) => {
      const rows = all.map((kind, index) => item(index + 1, kind));
      const { store } = storeOf(rows, Math.min(filed, rows.length));
      const seen: number[] = [];
      let position = 0;
      for (let turn = 0; position < rows.length; turn += 1) {
        const page = await store.readMatching(correspondent, position, limit, { kind: 'REPLY' });
        expect(page.upTo).toBeGreaterThan(position);
        expect(turn).toBeLessThanOrEqual(rows.length);
        seen.push(...page.items.filter((row) => row.kind === 'REPLY').map((row) => row.number));
        position = page.upTo;
      }
      expect(seen).toEqual(rows.filter((row) => row.kind === 'REPLY').map((row) => row.number));
      expect(position).toBe(rows.length);
    }),
  );
});

test('what is filed is not read only to be left out', async () => {
  const rows = Array.from({ length: 5_000 }, (_, index) =>
    item(index + 1, index === 4_000 ? 'REPLY' : 'LEAD'),
  );
  const { reads, store } = storeOf(rows, 5_000);
  const page = await store.readMatching(correspondent, 0, 100, { kind: 'REPLY' });
  expect(page).toMatchObject({ items: [{ number: 4_001 }], upTo: 5_000 });
  expect(reads).toHaveLength(1);
});
