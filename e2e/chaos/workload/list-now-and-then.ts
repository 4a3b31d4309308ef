import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../history/open-history.ts';
import type { ChaosClients } from './open-clients.ts';

const listedAtOnce = 100;
const overlap = 15;

/**
 * Lists an inbox every few seconds, each time a little of what it listed before again, and notes what it was
 * shown: a number that means one message today must mean the same tomorrow.
 */
export function listNowAndThen(options: {
  readonly correspondent: string;
  readonly reader: string;
  readonly clients: ChaosClients;
  readonly history: History;
  readonly everyMs: number;
}): { stop(): Promise<void> } {
  const { correspondent, reader, clients, history, everyMs } = options;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    const client = clients.of(correspondent);
    let from = 0;
    while (!stopping.signal.aborted) {
      try {
        const { items } = await client.inbox.list({
          after: Math.max(0, from - overlap),
          limit: listedAtOnce,
        });
        for (const { number, messageId, role, kind } of items) {
          history.append({
            ...{ what: 'seen', client: reader, reader, correspondent, how: 'list' },
            ...{ number, epoch: '', messageId, role, kind },
          });
        }
        from = items.at(-1)?.number ?? from;
      } catch {
        // The mailbox is away; the next turn shows the same.
      }
      // Woken by the end, it goes to look whether it is to stop.
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
