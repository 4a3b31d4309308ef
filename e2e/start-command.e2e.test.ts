import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { localServices, type StackAccount, type StackState } from '@chappe/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ListedProcess, listeningAmong, listFamily, listProcesses } from './harness/process-table.ts';
import { freePortVariables, type TypedCommand, type, typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

const startWithinMs = 120_000;
const stopWithinMs = 15_000;
const started = /^Chappe is running\.[\s\S]*Ctrl-C\.$/m;

// The tests follow the life of one folder and depend on one another, in this order.
let place: string;
let folder: string;
let ports: number[];
let env: Record<string, string>;
let stack: TypedCommand;
const typed: TypedCommand[] = [];

beforeAll(async () => {
  place = mkdtempSync(`${tmpdir()}/chappe-start-`);
  // PostgreSQL, which does not run as root, has to pass.
  chmodSync(place, 0o711);
  // As users have them: with a blank, which the printed commands must survive.
  folder = `${place}/second stack`;
  const free = await freePortVariables();
  ports = free.ports;
  env = { ...free.env, CHAPPE_STACK: folder };
  stack = typeStart();
  await stack.shows(started, startWithinMs);
});
afterAll(async () => {
  for (const command of typed) command.signalAll('SIGKILL');
  await waitUntil('the end of all', async () => (mentioning(folder).length === 0 ? true : undefined), 30_000);
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
});

describe('npm start', () => {
  it('prints its steps, then the URL, the accounts, and two commands that work when pasted', async () => {
    const output = stack.output();
    const steps = [...output.matchAll(/^ok +\d+\.\d s {2}(.+?) {2,}/gm)].map(([, name]) => name);
    expect(steps).toEqual(expect.arrayContaining(['Kafka', 'PostgreSQL', 'oidc', ...localServices, 'proxy']));

    const last = started.exec(output)?.[0] ?? '';
    expect(last.split('\n')[1]?.trim()).toBe(publicUrl());
    expect((await fetch(publicUrl())).status).toBe(200);
    expect((await fetch(`${publicUrl()}/docs`)).status).toBe(200);
    for (const { username, password, correspondent } of firstAccountOfEach()) {
      expect(last).toMatch(new RegExp(`^  ${username} +${password} +${correspondent}$`, 'm'));
    }

    const commands = /To try in another terminal:\n([\s\S]*?)\n\n/.exec(last)?.[1]?.split('\n') ?? [];
    expect(commands).toEqual([expect.stringMatching(/^ +curl /), expect.stringMatching(/ chappe -- flash /)]);
    const [curl = '', flash = ''] = commands;
    const inbox = await typeAndWait(curl);
    expect(JSON.parse(inbox.output)).toMatchObject({ items: expect.any(Array) });
    const sent = await typeAndWait(flash);
    expect(sent).toMatchObject({ end: 0, output: expect.stringMatching(/\bDJ-\d\d-[0-9A-Z]{7}-[0-9A-Z]\b/) });
  });

  it('writes stack.json as others rely on it, with the processes themselves', () => {
    const state = readState();
    const url = (name: string): string => `http://127.0.0.1:${env[`CHAPPE_${name.toUpperCase()}_PORT`]}`;
    const redis = state.redis === null ? [] : ['redis'];
    const programs: Record<string, RegExp> = {
      'kafka-1': /^\S*java .*kafka\.Kafka /,
      postgres: /^\S*postgres /,
      redis: /^\S*redis-server /,
      oidc: /node .*oidc-main\.ts /,
      proxy: /node .*proxy-main\.ts /,
      ...Object.fromEntries(
        localServices.map((service) => [service, new RegExp(`node .*/services/${service}/src/main\\.ts`)]),
      ),
    };
    expect(state).toEqual({
      url: publicUrl(),
      issuer: url('oidc'),
      kafka: {
        brokers: [`127.0.0.1:${env.CHAPPE_KAFKA_PORT}`],
        username: 'operator',
        password: expect.stringMatching(/^demo-./),
        mechanism: 'plain',
      },
      postgres: expect.stringContaining(`@127.0.0.1:${env.CHAPPE_POSTGRES_PORT}/`),
      redis: state.redis === null ? null : expect.stringContaining(`@127.0.0.1:${env.CHAPPE_REDIS_PORT}`),
      services: Object.fromEntries(localServices.map((service) => [service, url(service)])),
      pids: expect.any(Object),
    });
    const names = ['kafka-1', 'postgres', ...redis, 'oidc', 'proxy', ...localServices];
    expect(Object.keys(state.pids).sort()).toEqual(names.sort());
    const running = new Map(listProcesses().map(({ pid, command }) => [pid, `${command} `]));
    for (const [name, pid] of Object.entries(state.pids))
      expect(running.get(pid)).toMatch(programs[name] ?? '');
  });

  it('says that one is running when typed again, and lets it go on', async () => {
    const before = readState();
    const again = await typeAndWait('npm start', env);
    expect(again.end).toBe(1);
    expect(again.output).toMatch(new RegExp(`Chappe is running already \\(pid \\d+\\) ${publicUrl()}`));
    expect(readState()).toEqual(before);
    expect(stack.ended()).toBe(false);
    expect((await fetch(`${publicUrl()}/v1/inbox`)).status).toBe(401);
  });

  it('brings a killed service back, says so, and keeps stack.json current', async () => {
    const before = readState();
    const killed = before.pids.mailbox ?? 0;
    process.kill(killed, 'SIGKILL');
    await stack.shows(/mailbox ended \(signal SIGKILL\)/, 10_000);
    await stack.shows(/mailbox serves again after/, 60_000);
    const { pids } = readState();
    expect(pids).toEqual({ ...before.pids, mailbox: expect.any(Number) });
    expect(pids.mailbox).not.toBe(killed);
    expect(listProcesses().find(({ pid }) => pid === pids.mailbox)?.command).toContain('services/mailbox');
    expect((await fetch(`${before.services.mailbox}/readyz`)).status).toBe(200);
    expect((await fetch(`${publicUrl()}/v1/inbox`)).status).toBe(401);
  });

  it('stops everything at Ctrl-C', async () => {
    const family = listFamily(stack.pid);
    expect(family.map(({ pid }) => pid)).toEqual(expect.arrayContaining(Object.values(readState().pids)));
    expect(await listeningAmong(ports)).toEqual(expect.arrayContaining(Object.values(env).flatMap(portOf)));
    stack.signalAll('SIGINT');
    const askedAtMs = performance.now();
    expect(await stack.end).toBe(0);
    expect(stack.output()).toMatch(/^All stopped \(/m);
    await nothingIsLeftOf(family, stopWithinMs - (performance.now() - askedAtMs));
    expect(existsSync(`${folder}/stack.json`)).toBe(false);
  });

  it('names the port that is in use and who uses it, and starts nothing', async () => {
    const occupant = createServer();
    const port = Number(env.CHAPPE_ROUTER_PORT);
    await new Promise<void>((resolve) => occupant.listen(port, '127.0.0.1', resolve));
    const other = `${place}/third`;
    mkdirSync(other);
    const { end, output } = await typeAndWait('npm start', { ...env, CHAPPE_STACK: other });
    expect(await listeningAmong(ports)).toEqual([port]);
    await new Promise((resolve) => occupant.close(resolve));
    expect(end).toBe(1);
    expect(output).toContain(`port ${port}, wanted for router, is in use (pid ${process.pid}: `);
    expect(output).toContain('set CHAPPE_ROUTER_PORT');
    expect(output.match(/is in use/g)).toHaveLength(1);
    expect(mentioning(other)).toEqual([]);
    expect(readdirSync(other)).toEqual([]);
  });

  it('leaves nothing running when the process that runs the stack is killed during the start', async () => {
    stack = typeStart();
    await stack.shows(/^ok .* Kafka /m, startWithinMs);
    const family = listFamily(stack.pid);
    const runner = family.find(
      ({ command }) =>
        /^\S*node .*infra\/local\/src\/start\.ts/.test(command) && !/bootstrap\.mjs/.test(command),
    );
    expect(family.some(({ command }) => command.includes('kafka.Kafka'))).toBe(true);
    process.kill(runner?.pid ?? 0, 'SIGKILL');
    await nothingIsLeftOf(family, stopWithinMs);
  });

  it('starts again with the same accounts, and leaves nothing running when it is killed', async () => {
    const accounts = readAccounts();
    stack = typeStart();
    await stack.shows(started, startWithinMs);
    expect(readAccounts()).toEqual(accounts);
    const family = listFamily(stack.pid);
    expect(family.map(({ pid }) => pid)).toEqual(expect.arrayContaining(Object.values(readState().pids)));
    const npm = family.find(({ command }) => command.startsWith('npm start'));
    process.kill(npm?.pid ?? 0, 'SIGKILL');
    await nothingIsLeftOf(family, stopWithinMs);
  });
});

describe('npm run reset', () => {
  it('erases the data of the stack that it is told', async () => {
    expect(existsSync(`${folder}/accounts.json`)).toBe(true);
    const { end, output } = await typeAndWait('npm run reset', env);
    expect({ end, output }).toMatchObject({ end: 0, output: expect.stringContaining(folder) });
    expect(existsSync(folder)).toBe(false);
  });
});

function typeStart(): TypedCommand {
  // A terminal's shell is not part of the foreground that Ctrl-C reaches; npm takes the place of ours.
  const command = type('exec npm start', env);
  typed.push(command);
  return command;
}

/** Waits until no process of the family runs, nor any that came later, and until nothing listens any more. */
async function nothingIsLeftOf(family: readonly ListedProcess[], withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  const members = new Set(family.map(({ pid }) => pid));
  let left: unknown[];
  do {
    const running = listProcesses().filter(({ pid }) => members.has(pid));
    // No look at the ports: once free, they may be somebody else's, and whoever listened was one of these.
    left = [...running, ...mentioning(folder)];
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  } while (left.length > 0 && performance.now() < deadline);
  expect(left).toEqual([]);
}

function mentioning(text: string): ListedProcess[] {
  return listProcesses().filter(({ command }) => command.includes(text));
}

function publicUrl(): string {
  return `http://127.0.0.1:${env.CHAPPE_PORT}`;
}

function portOf(value: string): number[] {
  return /^\d+$/.test(value) ? [Number(value)] : [];
}

function readState(): StackState {
  return JSON.parse(readFileSync(`${folder}/stack.json`, 'utf8'));
}

function readAccounts(): StackAccount[] {
  return JSON.parse(readFileSync(`${folder}/accounts.json`, 'utf8')).accounts;
}

/** Of the correspondents that have a system: the others are too many for a screen. */
function firstAccountOfEach(): StackAccount[] {
  const { clients } = JSON.parse(readFileSync(`${folder}/accounts.json`, 'utf8'));
  const shown = readAccounts().filter(({ correspondent }) =>
    clients.some((client: StackAccount) => client.correspondent === correspondent),
  );
  return [...new Map(shown.reverse().map((account) => [account.correspondent, account])).values()];
}
