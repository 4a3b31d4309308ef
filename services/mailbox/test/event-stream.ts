import { request } from 'node:http';

/** One event as it arrived. */
export interface ReceivedEvent {
  readonly type: string;
  readonly id: string;
  readonly data: unknown;
  readonly atMs: number;
}

/** A connection to a stream of events. */
export interface EventStream {
  readonly status: number;
  readonly events: ReceivedEvent[];
  /** The cursor as a browser would send it back. */
  lastEventId(): string;
  deliveries(): number[];
  /** Waits until the events satisfy a condition. */
  until(condition: (events: readonly ReceivedEvent[]) => boolean, timeoutMs?: number): Promise<void>;
  closed: Promise<void>;
  /** Stops and goes on reading, as a slow reader does. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Opens a stream as a client does; the parsing is the HTML standard's. */
export function openEventStream(
  url: string,
  headers: Record<string, string>,
  options: { paused?: boolean } = {},
): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { accept: 'text/event-stream', ...headers } });
    call.once('error', reject);
    call.once('response', (response) => {
      const events: ReceivedEvent[] = [];
      const watchers = new Set<() => void>();
      let [id, type, data, rest] = ['', '', '', ''];
      // An id counts once its event is complete: a chunk may end between the two.
      let committedId = '';
      const line = (text: string): void => {
        if (text === '') {
          if (data !== '') {
            events.push({ type: type || 'message', id, data: JSON.parse(data), atMs: performance.now() });
          }
          committedId = id;
          [type, data] = ['', ''];
          for (const watch of [...watchers]) watch();
          return;
        }
        const colon = text.indexOf(':');
        const value = text.slice(colon + 1).replace(/^ /, '');
        if (text.startsWith('id:')) id = value;
        if (text.startsWith('event:')) type = value;
        if (text.startsWith('data:')) data += value;
      };
      const closed = new Promise<void>((done) => response.once('close', () => done()));
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      call.on('error', () => undefined);
      if (options.paused !== true) {
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          lines.forEach(line);
        });
      }
      resolve({
        status: response.statusCode ?? 0,
        events,
        lastEventId: () => committedId,
        deliveries: () => events.filter((event) => event.type === 'delivery').map((event) => numberOf(event)),
        until: (condition, timeoutMs = 20_000) =>
          new Promise((done, fail) => {
            const timer = setTimeout(() => {
              watchers.delete(watch);
              fail(new Error(`the stream did not get there: ${JSON.stringify(events.slice(-3))}`));
            }, timeoutMs);
            const watch = (): void => {
              if (!condition(events)) return;
              clearTimeout(timer);
              watchers.delete(watch);
              done();
            };
            watchers.add(watch);
            watch();
          }),
        closed,
        pause: () => response.pause(),
        resume: () => response.resume(),
        close: () => call.destroy(),
      });
    });
    call.end();
  });
}

/** The number in the id of a delivery; the item says the same. */
export function numberOf(event: ReceivedEvent): number {
  return Number(event.id.split('.')[1]);
}
