import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePortPlan } from '@chappe/local';
import { waitUntil } from './wait-until.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** A command that somebody typed into a terminal of their own, in the folder of the checkout. */
export interface TypedCommand {
  readonly pid: number;
  /** All that it wrote, standard output and standard error together, as on a terminal. */
  output(): string;
  ended(): boolean;
  /** The code or the signal by which it ended. */
  readonly end: Promise<number | NodeJS.Signals | null>;
  /** What `pattern` finds in the output; rejects when the command ends, or the time does, before it is there. */
  shows(pattern: RegExp, withinMs: number): Promise<RegExpExecArray>;
  /** What Ctrl-C does: the signal goes to all of the terminal's foreground. */
  signalAll(signal: NodeJS.Signals): void;
}

/** Runs a line of shell as a stranger would: nothing of the test's own environment reaches it. */
export function type(line: string, env: Readonly<Record<string, string>> = {}): TypedCommand {
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: checkout,
    env: { ...strangersEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot run: ${line}`);
  let text = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const end = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      resolve(signal ?? code);
    });
  });
  return {
    pid,
    output: () => text,
    ended: () => ended,
    end,
    async shows(pattern, withinMs) {
      const found = await waitUntil(
        `${pattern} in the output of "${line}"`,
        async () => pattern.exec(text) ?? (ended ? 'never' : undefined),
        withinMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it wrote:\n${text}`);
      });
      if (found === 'never') throw new Error(`"${line}" ended without ${pattern}; it wrote:\n${text}`);
      return found;
    },
    signalAll(signal) {
      if (!ended) process.kill(-pid, signal);
    },
  };
}

/** Runs a line of shell to its end. */
export async function typeAndWait(
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ end: number | NodeJS.Signals | null; output: string }> {
  const command = type(line, env);
  const late = setTimeout(() => command.signalAll('SIGKILL'), 60_000);
  const end = await command.end;
  clearTimeout(late);
  return { end, output: command.output() };
}

/** Ports that nobody uses now, by the variables that `npm start` reads, and all that it will listen on. */
export async function freePortVariables(): Promise<{ env: Record<string, string>; ports: number[] }> {
  const { public: proxy, oidc, services, kafka, postgres, redis } = await freePortPlan(1);
  const [broker = 0] = kafka;
  const numbers = {
    CHAPPE_PORT: proxy,
    CHAPPE_OIDC_PORT: oidc,
    CHAPPE_DIRECTORY_PORT: services.directory,
    CHAPPE_INGEST_PORT: services.ingest,
    CHAPPE_ROUTER_PORT: services.router,
    CHAPPE_MAILBOX_PORT: services.mailbox,
    CHAPPE_ARCHIVE_PORT: services.archive,
    CHAPPE_KAFKA_PORT: broker,
    CHAPPE_POSTGRES_PORT: postgres,
    CHAPPE_REDIS_PORT: redis,
  };
  const env = Object.fromEntries(Object.entries(numbers).map(([name, port]) => [name, String(port)]));
  // The broker's controller listens ten above it.
  return { env, ports: [...Object.values(numbers), broker + 10] };
}

/** What a terminal has that knows nothing of tests, of npm or of another stack. */
function strangersEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(CHAPPE_|KAFKA_|npm_|VITEST|POSTGRES_URL$|REDIS_URL$|NODE_|INIT_CWD$|TEST$|DEV$|PROD$|MODE$|SSR$|LANG$|LC_|BASE_URL$)/;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    // What npm adds for its scripts would put pnpm's shell wrapper of Node between us and what we signal.
    PATH: (process.env.PATH ?? '')
      .split(':')
      .filter((each) => !each.includes('/node_modules/'))
      .join(':'),
    LANG: 'C',
  };
}
