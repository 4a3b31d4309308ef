import { type Pool, readCursorKey } from '@chappe/postgres';
import { type CursorSeal, createCursorSeal, type Logger } from '@chappe/service-kit';
import { createFacetFiler, type FacetFiler } from './adapters/postgres-file-facets.ts';
import { createReferenceFiler, type ReferenceFiler } from './adapters/postgres-file-references.ts';
import { createInboxReader, type InboxReader } from './adapters/postgres-inbox.ts';
import { createSentReader, type SentReader } from './adapters/postgres-sent.ts';

/** What is read of inboxes and of what was sent, and what keeps it findable. */
export interface AssembledReaders {
  readonly inbox: InboxReader;
  readonly sent: SentReader;
  readonly facets: FacetFiler;
  readonly references: ReferenceFiler;
  /** Seals and opens nothing before the start. */
  readonly cursors: CursorSeal;
  /** Once the schema is there. */
  start(): Promise<void>;
  stop(): Promise<unknown>;
}

/** Joins the readers to the pool of those who read. */
export function assembleReaders(pool: Pool, log: Logger): AssembledReaders {
  let cursorKey: Buffer | undefined;
  const inbox = createInboxReader(pool);
  const waits = (what: string) => (error: unknown) =>
    log.warn({ err: error }, `${what} could not be filed yet`);
  const facets = createFacetFiler({ pool, inbox, onError: waits('older items') });
  const references = createReferenceFiler({ pool, onError: waits('references') });
  return {
    inbox,
    sent: createSentReader(pool),
    facets,
    references,
    cursors: createCursorSeal(() => cursorKey),
    async start() {
      cursorKey = await readCursorKey(pool);
      facets.start();
      references.start();
    },
    stop: () => Promise.all([facets.stop(), references.stop()]),
  };
}
