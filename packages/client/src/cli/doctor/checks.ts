import { statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { TokenProvider } from '../../transport.ts';
import type { LocalStack } from '../local-stack.ts';
import type { Check, Finding } from './check.ts';

const restart = {
  en: 'stop the stack with Ctrl-C and run `npm start`',
  fr: 'arrêtez la plateforme (Ctrl-C) et lancez `npm start`',
};
const probeTimeoutMs = 3_000;
const mostClockSkewMs = 30_000;
const leastFreeBytes = 2 * 1024 ** 3;
const oldestNode = 24;

/** The version of Node that runs this command: the one that also runs the services. */
export function nodeCheck(version: string): Check {
  return {
    name: 'node',
    title: { en: 'Node version', fr: 'version de Node' },
    run: async () =>
      Number(/^v?(\d+)/.exec(version)?.[1]) >= oldestNode
        ? { state: 'good', detail: version }
        : {
            state: 'bad',
            detail: version,
            mend: {
              en: 'run it as `npm run -s chappe -- doctor`',
              fr: 'lancez `npm run -s chappe -- doctor`',
            },
          },
  };
}

/** Every process that the stack file names is alive. */
export function processCheck(stack: LocalStack): Check {
  return {
    name: 'processes',
    title: { en: 'processes', fr: 'processus' },
    run: async () => {
      const entries = Object.entries(stack.pids);
      const dead = entries.filter(([, pid]) => !isAlive(pid)).map(([name, pid]) => `${name} (${pid})`);
      return dead.length === 0
        ? { state: 'good', detail: String(entries.length) }
        : { state: 'bad', detail: dead.join(', '), mend: restart };
    },
  };
}

/** One service says that it is ready. */
export function readyCheck(name: string, url: string, request: typeof fetch): Check {
  return {
    name: `ready:${name}`,
    title: { en: name, fr: name },
    run: async () => {
      try {
        const response = await request(`${url}/readyz`, { signal: AbortSignal.timeout(probeTimeoutMs) });
        if (response.ok) return { state: 'good', detail: url };
        const detail = `${response.status} ${(await response.text()).slice(0, 200)}`;
        const mend = {
          en: `look at its log: npm run logs -- ${name}`,
          fr: `consultez son journal : npm run logs -- ${name}`,
        };
        return { state: 'bad', detail, mend };
      } catch (error) {
        return { state: 'bad', detail: `${url}: ${wordsOf(error)}`, mend: restart };
      }
    },
  };
}

/** The public origin answers, and its clock agrees with this machine's: tokens live five minutes. */
export function clockCheck(url: string, request: typeof fetch, nowMs: () => number): Check {
  return {
    name: 'clock',
    title: { en: 'public address and clock', fr: 'adresse publique et horloge' },
    run: async () => {
      try {
        const response = await request(`${url}/v1/me`, { signal: AbortSignal.timeout(probeTimeoutMs) });
        await response.body?.cancel();
        const date = Date.parse(response.headers.get('date') ?? '');
        if (Number.isNaN(date)) return { state: 'good', detail: `${url} (${response.status})` };
        const skewMs = Math.abs(nowMs() - date);
        const detail = `${url}, ${Math.round(skewMs / 1000)} s`;
        if (skewMs <= mostClockSkewMs) return { state: 'good', detail };
        return {
          state: 'bad',
          detail,
          mend: { en: 'set the clock (NTP)', fr: "mettez l'horloge à l'heure (NTP)" },
        };
      } catch (error) {
        return { state: 'bad', detail: `${url}: ${wordsOf(error)}`, mend: restart };
      }
    },
  };
}

/** A token can be had. */
export function tokenCheck(token: () => Promise<TokenProvider>): Check {
  return {
    name: 'token',
    title: { en: 'signing in', fr: 'authentification' },
    run: async () => {
      try {
        await (await token())();
        return { state: 'good', detail: 'ok' };
      } catch (error) {
        const mend = {
          en: 'check that oidc runs above; `npm run reset` makes new accounts',
          fr: 'vérifiez ci-dessus que oidc tourne ; `npm run reset` recrée les comptes',
        };
        return { state: 'bad', detail: wordsOf(error), mend };
      }
    },
  };
}

/** A broker of Kafka takes connections. */
export function brokerCheck(broker: string): Check {
  return {
    name: `kafka:${broker}`,
    title: { en: 'Kafka', fr: 'Kafka' },
    run: () =>
      new Promise<Finding>((resolve) => {
        const at = broker.lastIndexOf(':');
        const socket = connect({
          host: broker.slice(0, at),
          port: Number(broker.slice(at + 1)),
          timeout: probeTimeoutMs,
        });
        const settle = (finding: Finding) => {
          socket.destroy();
          resolve(finding);
        };
        socket.once('connect', () => settle({ state: 'good', detail: broker }));
        socket.once('timeout', () => settle({ state: 'bad', detail: `${broker}: no answer`, mend: restart }));
        socket.once('error', (error) =>
          settle({ state: 'bad', detail: `${broker}: ${wordsOf(error)}`, mend: restart }),
        );
      }),
  };
}

/** The disk that holds the stack's data has room; Kafka and PostgreSQL stop badly on a full one. */
export function diskCheck(stack: LocalStack): Check {
  return {
    name: 'disk',
    title: { en: 'free disk', fr: 'espace disque' },
    run: async () => {
      const { bavail, bsize } = await statfs(dirname(stack.path));
      const freeBytes = bavail * bsize;
      const detail = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB`;
      if (freeBytes >= leastFreeBytes) return { state: 'good', detail };
      const mend = {
        en: 'free some; `npm run reset` erases the demonstration data',
        fr: 'libérez-en ; `npm run reset` efface les données de démonstration',
      };
      return { state: 'bad', detail, mend };
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function wordsOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message !== '' ? cause.message : 'code' in cause ? String(cause.code) : cause.name;
}
