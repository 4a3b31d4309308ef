import pino from 'pino';
import { allowListed } from './log-allow-list.ts';

/** The logger of a service: pino, reduced to fields of the allow-list. */
export type Logger = pino.Logger;

/** How to build a logger; `destination` is there for tests. */
export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  readonly instanceId: string;
  readonly destination?: { write(line: string): void };
}

/**
 * JSON lines on standard output. Only fields of the allow-list get through, whatever is passed:
 * content, names, tokens, SQL details and query strings have no field to travel in.
 */
export function createLogger({ service, level, instanceId, destination }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: { service, instance: instanceId },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Our own filter sees the raw error first; pino's serialiser would add message and detail.
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label) => ({ level: label }),
        bindings: allowListed,
        log: allowListed,
      },
    },
    destination ?? standardOutput(),
  );
  // pino does not pass a child's bindings through the formatter; children of children inherit this.
  const { child } = logger;
  Object.assign(logger, {
    child(this: Logger, bindings: pino.Bindings, options?: pino.ChildLoggerOptions) {
      return Reflect.apply(child, this, [allowListed(bindings), options]);
    },
  });
  return logger;
}

/** One for all loggers of a process: their lines keep their order, and one listener waits for the end. */
let standardStream: pino.DestinationStream | undefined;

/** Written in blocks and at least twice a second: one system call per request would be the dearest part of it. */
function standardOutput(): pino.DestinationStream {
  standardStream ??= openStandardStream();
  return standardStream;
}

function openStandardStream(): pino.DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true, minLength: 4096, periodicFlush: 500 });
  process.once('exit', () => stream.flushSync());
  return stream;
}
