import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { forgetFolder, postgresFolder, watchFolder } from '@chappe/testing';
import { type Backings, operatorUser, startBackings } from './backing/start-backings.ts';
import { checkPorts } from './check-ports.ts';
import { type Disturbances, openDisturbances } from './disturb/open-disturbances.ts';
import { claimFolder, waitForRemains } from './files/claim-folder.ts';
import { freshLog } from './files/fresh-log.ts';
import { readState, removeState, type StackState, saveState } from './files/stack-state.ts';
import { writeAtomically } from './files/write-atomically.ts';
import { writeMailboxKey } from './identity/mailbox-client.ts';
import { docsClientId } from './identity/oidc-settings.ts';
import { prepareIdentity } from './identity/prepare-identity.ts';
import { freePortPlan, type PortPlan } from './ports.ts';
import { type ProgressListener, step } from './progress.ts';
import type { ProxyOptions } from './proxy/start-proxy.ts';
import { type Crew, createCrew } from './services/crew.ts';
import { launchNode, waitForHttp } from './services/node-process.ts';
import { type LocalService, localServices, publicPaths } from './services/service-catalogue.ts';
import { startServices } from './services/start-services.ts';
import { tellUnitEvent } from './services/tell-unit-event.ts';
import type { Stack, StackOptions, StackProcess } from './stack.ts';
import { startTrickle } from './trickle.ts';

const oidcMain = fileURLToPath(new URL('./identity/oidc-main.ts', import.meta.url));
const proxyMain = fileURLToPath(new URL('./proxy/proxy-main.ts', import.meta.url));

/** Starts the whole platform on this machine; rejects, with nothing left running, when a part does not start. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const onProgress = options.onProgress ?? (() => undefined);
  const dataDir = options.dataDir ?? mkdtempSync(`${tmpdir()}/chappe-stack-`);
  if (options.dataDir === undefined) watchFolder(dataDir);
  mkdirSync(dataDir, { recursive: true });
  // PostgreSQL may run as another user, who has to pass here; what is secret is closed file by file.
  chmodSync(dataDir, 0o711);
  const claim = claimFolder(dataDir);
  let state: StackState | undefined;
  let endTrickle = (): void => undefined;
  let disturbances: Disturbances | undefined;
  const crew = createCrew({
    autoRestart: options.autoRestart ?? true,
    onEvent(event) {
      if (event.what === 'started' && state !== undefined) {
        state.pids[event.unit] = event.pid;
        saveState(dataDir, state);
      }
      tellUnitEvent(event, onProgress);
    },
  });
  const stop = once(async () => {
    endTrickle();
    await crew.stopAll();
    await disturbances?.close();
    state = undefined;
    removeState(dataDir);
    claim.release();
    if (options.dataDir === undefined) removeData(dataDir);
  });
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  try {
    await waitForRemains(Object.values(readState(dataDir)?.pids ?? {}), 8_000);
    removeState(dataDir);
    const brokers = options.brokers ?? 1;
    const wanted = options.ports ?? 'free';
    const ports = wanted === 'free' ? await freePortPlan(brokers) : wanted;
    await checkPorts(ports, unusedPorts(options));
    disturbances = await openDisturbances({
      dataDir,
      ports,
      interposed: options.interposed ?? [],
      smallDisks: options.smallDisks ?? {},
    });
    const { links, smallDisks, storeLinks } = disturbances;
    const publicUrl = `http://127.0.0.1:${ports.public}`;
    const issuer = `http://127.0.0.1:${ports.oidc}`;
    const { secrets, accounts, oidc } = await prepareIdentity({ dataDir, issuer, publicUrl });
    options.signal?.throwIfAborted();

    const external = options.external ?? {};
    const adopt = crew.adopt;
    const [backings] = await allOrFirstFailure([
      startBackings({
        dataDir,
        ports,
        brokers,
        durable: options.durable ?? true,
        secrets,
        external,
        links: storeLinks,
        shortLivedBrokers: options.shortLivedBrokers ?? false,
        kafkaSettings: options.kafkaSettings ?? {},
        onProgress,
        adopt,
      }),
      startOwnProgram(crew, {
        dataDir,
        name: 'oidc',
        main: oidcMain,
        settings: oidc,
        url: issuer,
        onProgress,
      }),
    ]);
    const chosen = options.services ?? localServices;
    const serviceUrls = serviceUrlsOf(ports);
    const services = await startServices(crew, {
      dataDir,
      publicUrl,
      issuer,
      backings,
      serviceUrls,
      submissionCacheSecret: secrets.submissionCache ?? '',
      mailboxKeyFile: writeMailboxKey(dataDir, secrets),
      webhookKey: secrets.webhooks ?? '',
      chosen,
      options,
      onProgress,
    });
    const routes = chosen.map((service) => ({
      service,
      url: serviceUrls[service],
      paths: publicPaths[service],
    }));
    const proxy: ProxyOptions = { port: ports.public, publicUrl, issuer, docsClientId, routes };
    await startOwnProgram(crew, {
      dataDir,
      name: 'proxy',
      main: proxyMain,
      settings: proxy,
      url: publicUrl,
      onProgress,
    });

    state = { url: publicUrl, issuer, ...storesOf(backings), services: services.urls(), pids: crew.pids() };
    saveState(dataDir, state);
    const current = state;
    const sender = accounts.clients.find((client) => client.correspondent === 'post:DJ');
    if (options.trickle && sender !== undefined) {
      endTrickle = startTrickle({ url: publicUrl, issuer, ...sender, onProgress }).stop;
    }
    return {
      state: current,
      dataDir,
      accounts: accounts.accounts,
      clients: accounts.clients,
      service: (name) => ({
        ...processOf(crew, name, (changes) => services.change(name, changes)),
        url: services.urlOf(name),
        logFile: services.logFile(name),
        get pid() {
          return crew.unit(name).pid;
        },
      }),
      process: (name) => processOf(crew, name),
      links,
      smallDisks,
      kafkaUser: backings.kafkaUser,
      setAutoRestart: crew.setAutoRestart,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The OpenID provider and the proxy: settings in a file, one process, ready when it answers. */
async function startOwnProgram(
  crew: Crew,
  program: {
    dataDir: string;
    name: string;
    main: string;
    settings: unknown;
    url: string;
    onProgress: ProgressListener;
  },
): Promise<void> {
  const { dataDir, name, main, settings, url } = program;
  const file = `${dataDir}/${name}.json`;
  writeAtomically(file, JSON.stringify(settings));
  const logFile = freshLog(dataDir, name);
  const readyUrl = name === 'oidc' ? `${url}/.well-known/openid-configuration` : url;
  const start = async (): Promise<void> => {
    const unit = await crew.adopt({
      name,
      launch: () => launchNode({ name, main, args: [file], env: {}, logFile }),
      ready: (process) => waitForHttp(name, process, readyUrl),
    });
    await unit.waitUntilReady();
  };
  await step(program.onProgress, name, start, () => url);
}

function processOf(
  crew: Crew,
  name: string,
  change?: (changes: Parameters<StackProcess['restart']>[0] & object) => void,
): StackProcess {
  const unit = crew.unit(name);
  return {
    name,
    get pid() {
      return unit.pid;
    },
    kill: unit.kill,
    waitUntilReady: unit.waitUntilReady,
    stop: unit.stop,
    crash: unit.crash,
    async restart(changes) {
      if (changes !== undefined) {
        if (change === undefined) throw new Error(`${name} is restarted as it is`);
        change(changes);
      }
      await unit.restart();
      await unit.waitUntilReady();
    },
  };
}

function storesOf(backings: Backings): Pick<StackState, 'kafka' | 'postgres' | 'redis'> {
  const operator = backings.kafkaUser(operatorUser);
  const { mechanism } = backings.kafka;
  return {
    kafka: {
      brokers: [...backings.brokers],
      username: operator?.username ?? null,
      password: operator?.password ?? null,
      mechanism,
    },
    postgres: backings.postgresUrl,
    redis: backings.redisUrl,
  };
}

function serviceUrlsOf(ports: PortPlan): Record<LocalService, string> {
  const url = (service: LocalService): string => `http://127.0.0.1:${ports.services[service]}`;
  return {
    directory: url('directory'),
    ingest: url('ingest'),
    router: url('router'),
    mailbox: url('mailbox'),
    archive: url('archive'),
  };
}

/** Ports of stores that are somewhere else. */
function unusedPorts({ external = {}, services = localServices }: StackOptions): ReadonlySet<string> {
  const kafka = ['kafka-1', 'kafka-2', 'kafka-3'].flatMap((name) => [name, `${name} (controller)`]);
  return new Set([
    ...(external.kafka === undefined ? [] : kafka),
    ...(external.postgresUrl === undefined ? [] : ['postgres']),
    ...(external.redisUrl === undefined ? [] : ['redis']),
    ...localServices.filter((service) => !services.includes(service)),
  ]);
}

/** Waits for all, so that nothing is still starting when the first failure is reported. */
async function allOrFirstFailure<A, B>(work: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const results = await Promise.allSettled(work);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return await Promise.all(work);
}

function removeData(dataDir: string): void {
  for (const folder of [postgresFolder(`${dataDir}/postgres`), dataDir]) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  forgetFolder(dataDir);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
