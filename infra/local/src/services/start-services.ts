import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@chappe/testing';
import type { Backings } from '../backing/start-backings.ts';
import { freshLog } from '../files/fresh-log.ts';
import { type ProgressListener, step } from '../progress.ts';
import type { ProcessChanges, StackOptions } from '../stack.ts';
import type { Crew } from './crew.ts';
import { launchNode, waitForHttp } from './node-process.ts';
import { type LocalService, mainOf, type ServiceUnit } from './service-catalogue.ts';
import { serviceEnvironment } from './service-environment.ts';

/** What the services are started from. */
export interface ServicesPlan {
  dataDir: string;
  publicUrl: string;
  issuer: string;
  backings: Backings;
  serviceUrls: Readonly<Record<LocalService, string>>;
  submissionCacheSecret: string;
  mailboxKeyFile: string;
  webhookKey: string;
  chosen: readonly LocalService[];
  options: StackOptions;
  onProgress: ProgressListener;
}

/** The services' settings may be changed at a restart. */
export interface StartedServices {
  change(unit: ServiceUnit, changes: ProcessChanges): void;
  logFile(unit: ServiceUnit): string;
  urlOf(unit: ServiceUnit): string;
  /** Of every process of a service, by its name. */
  urls(): Record<string, string>;
}

interface PlannedUnit {
  unit: ServiceUnit;
  service: LocalService;
  url: string;
  logFile: string;
}

/** Starts all services at once, each as a process with its own principal and role, and waits for all. */
export async function startServices(crew: Crew, plan: ServicesPlan): Promise<StartedServices> {
  const { backings, options, serviceUrls } = plan;
  const attachmentsDirectory = join(plan.dataDir, 'attachments');
  await mkdir(attachmentsDirectory, { recursive: true, mode: 0o700 });
  const changes = new Map<ServiceUnit, ProcessChanges>();
  const units = new Map((await planUnits(plan)).map((planned) => [planned.unit, planned]));
  const planned = (unit: ServiceUnit): PlannedUnit => {
    const found = units.get(unit);
    if (found === undefined) throw new Error(`${unit} is not part of this stack`);
    return found;
  };

  const launch = ({ unit, service, url, logFile }: PlannedUnit) =>
    launchNode({
      name: unit,
      main: changes.get(unit)?.main ?? options.serviceMains?.[service] ?? mainOf(service),
      env: {
        ...serviceEnvironment(
          service,
          {
            ...plan,
            attachmentsDirectory,
            serviceUrls: { ...serviceUrls, [service]: url },
            kafka: backings.kafka,
            redisUrl: backings.redisUrl,
          },
          { kafka: backings.kafkaUser(service), postgresUrl: backings.serviceDatabase(service) },
        ),
        ...options.extraEnv,
        ...options.serviceEnv?.[service],
        ...changes.get(unit)?.env,
      },
      logFile,
    });
  const results = await Promise.allSettled(
    [...units.values()].map((each) =>
      step(
        plan.onProgress,
        each.unit,
        async () => {
          const unit = await crew.adopt({
            name: each.unit,
            launch: () => launch(each),
            ready: (process) => waitForHttp(each.unit, process, `${each.url}/readyz`),
          });
          await unit.waitUntilReady();
        },
        () => each.url,
      ),
    ),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return {
    logFile: (unit) => planned(unit).logFile,
    urlOf: (unit) => planned(unit).url,
    urls: () => Object.fromEntries([...units.values()].map(({ unit, url }) => [unit, url])),
    change(unit, { env, main }) {
      const before = changes.get(unit);
      changes.set(unit, {
        env: { ...before?.env, ...env },
        ...(main === undefined ? (before?.main === undefined ? {} : { main: before.main }) : { main }),
      });
    },
  };
}

/** The services, then their further replicas on ports that nobody uses now. */
async function planUnits({ chosen, dataDir, options, serviceUrls }: ServicesPlan): Promise<PlannedUnit[]> {
  const unit = (name: ServiceUnit, service: LocalService, url: string): PlannedUnit => ({
    unit: name,
    service,
    url,
    logFile: freshLog(dataDir, name),
  });
  const first = chosen.map((service) => unit(service, service, serviceUrls[service]));
  const further = chosen.flatMap((service) =>
    Array.from({ length: (options.replicas?.[service] ?? 1) - 1 }, (_, index) => ({
      service,
      name: `${service}-${index + 2}` as const,
    })),
  );
  const ports = await freePorts(further.length);
  return [
    ...first,
    ...further.map(({ service, name }, index) => unit(name, service, `http://127.0.0.1:${ports[index]}`)),
  ];
}
