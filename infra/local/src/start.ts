import { parseArgs } from 'node:util';
import { externalKafka } from './backing/provide-kafka.ts';
import { PortsInUse } from './check-ports.ts';
import { AlreadyRunning } from './files/claim-folder.ts';
import { readState } from './files/stack-state.ts';
import { languageOf } from './language.ts';
import { belongsToStack, localFolderFrom } from './local-folder.ts';
import { portPlanFrom, portVariables } from './ports.ts';
import { printProgress } from './print-progress.ts';
import { welcome } from './print-welcome.ts';
import type { LocalService } from './services/service-catalogue.ts';
import type { Stack, StackOptions } from './stack.ts';
import { startStack } from './start-stack.ts';
import { watchSources } from './watch-sources.ts';

const help = `npm start -- [--brokers 1|3] [--no-trickle] [--watch]

  --brokers 3     three Kafka brokers, replication 3, min.insync.replicas 2 (also CHAPPE_BROKERS=3)
  --no-trickle    no exercise lead every ten seconds (also CHAPPE_TRICKLE=off)
  --watch         restarts a service when its sources change (npm run dev)

  KAFKA_BROKERS   host:port,… of a cluster to use (KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_MECHANISM, KAFKA_TLS)
  POSTGRES_URL    of a database to use, as a superuser
  REDIS_URL       of a Redis to use
  CHAPPE_STACK    folder of the state and the data, instead of .local, for a second stack (give it ports)
${Object.entries(portVariables)
  .map(([name, port]) => `  ${name.padEnd(22)} ${port}`)
  .join('\n')}
`;

const language = languageOf(process.env);
const localFolder = localFolderFrom(process.env);
const print = (line: string): void => console.log(line);
const onProgress = printProgress(language, print);
const stopping = new AbortController();
let stack: Stack | undefined;
let stopAskedAtMs: number | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void askToStop());

try {
  stack = await startStack(optionsFrom(process.argv.slice(2)));
  if (stopAskedAtMs === undefined) print(welcome(stack, language));
} catch (error) {
  if (stopAskedAtMs === undefined) {
    print(explain(error));
    process.exit(1);
  }
}
if (stack !== undefined && process.argv.includes('--watch')) watchInto(stack);
// The children are not waited for, so that a test can end; here there is nothing to do but to stay.
setInterval(() => undefined, 2 ** 30);

/** The first signal stops in order; one that comes later than its echo from the terminal stops at once. */
async function askToStop(): Promise<void> {
  const nowMs = Date.now();
  if (stopAskedAtMs !== undefined) {
    if (nowMs - stopAskedAtMs > 1_500) process.exit(130);
    return;
  }
  stopAskedAtMs = nowMs;
  print(language === 'fr' ? '\nArrêt…' : '\nStopping…');
  // What does not end in time is left to the reaper, which outlives us.
  setTimeout(() => process.exit(1), 15_000).unref();
  stopping.abort();
  await stack?.stop();
  const seconds = ((Date.now() - nowMs) / 1000).toFixed(1);
  if (stack !== undefined)
    print(language === 'fr' ? `Tout est arrêté (${seconds} s).` : `All stopped (${seconds} s).`);
  process.exit(0);
}

function optionsFrom(args: string[]): StackOptions {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      brokers: { type: 'string', default: process.env.CHAPPE_BROKERS || '1' },
      trickle: { type: 'boolean', default: process.env.CHAPPE_TRICKLE !== 'off' },
      watch: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    process.exit(0);
  }
  if (values.brokers !== '1' && values.brokers !== '3') throw new Error('--brokers is 1 or 3');
  const brokers = values.brokers === '3' ? 3 : 1;
  if (!belongsToStack(localFolder))
    throw new Error(`CHAPPE_STACK names a folder of something else: ${localFolder}`);
  const kafka = externalKafka(process.env);
  return {
    dataDir: localFolder,
    ports: portPlanFrom(process.env, brokers),
    brokers,
    trickle: values.trickle,
    onProgress,
    signal: stopping.signal,
    external: {
      ...(kafka === undefined ? {} : { kafka }),
      ...(process.env.POSTGRES_URL ? { postgresUrl: process.env.POSTGRES_URL } : {}),
      ...(process.env.REDIS_URL ? { redisUrl: process.env.REDIS_URL } : {}),
    },
  };
}

function watchInto(running: Stack): void {
  // A change during a restart waits for its end.
  const restarts = new Map<LocalService, Promise<void>>();
  const restart = async (name: LocalService): Promise<void> => {
    try {
      await running.service(name).restart();
      onProgress({ what: 'note', text: { en: `${name} serves again`, fr: `${name} sert à nouveau` } });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onProgress({ what: 'trouble', text: { en: reason, fr: reason } });
    }
  };
  watchSources((services) => {
    const names = services.join(', ');
    onProgress({
      what: 'note',
      text: { en: `sources changed: restarting ${names}`, fr: `sources modifiées : redémarrage de ${names}` },
    });
    for (const name of services) {
      restarts.set(
        name,
        (restarts.get(name) ?? Promise.resolve()).then(() => restart(name)),
      );
    }
  });
}

function explain(error: unknown): string {
  if (error instanceof AlreadyRunning) {
    const url = readState(localFolder)?.url ?? '';
    return language === 'fr'
      ? `Chappe est déjà en service (pid ${error.pid}) ${url}`
      : `Chappe is running already (pid ${error.pid}) ${url}`;
  }
  if (error instanceof PortsInUse) return error.text[language];
  const reason = error instanceof Error ? error.message : String(error);
  return language === 'fr' ? `Chappe n’a pas démarré : ${reason}` : `Chappe did not start: ${reason}`;
}
