import type { Backings } from '../backing/start-backings.ts';
import { freshLog } from '../files/fresh-log.ts';
import { type ProgressListener, step } from '../progress.ts';
import type { ProcessChanges, StackOptions } from '../stack.ts';
import type { Crew } from './crew.ts';
import { launchNode, waitForHttp } from './node-process.ts';
import { type LocalService, mainOf } from './service-catalogue.ts';
import { serviceEnvironment } from './service-environment.ts';

/** What the services are started from. */
export interface ServicesPlan {
  dataDir: string;
  publicUrl: string;
  issuer: string;
  backings: Backings;
  serviceUrls: Readonly<Record<LocalService, string>>;
  submissionCacheSecret: string;
  chosen: readonly LocalService[];
  options: StackOptions;
  onProgress: ProgressListener;
}

/** The services' settings may be changed at a restart. */
export interface StartedServices {
  change(service: LocalService, changes: ProcessChanges): void;
  logFile(service: LocalService): string;
}

/** Starts all services at once, each as a process with its own principal and role, and waits for all. */
export async function startServices(crew: Crew, plan: ServicesPlan): Promise<StartedServices> {
  const { backings, options, serviceUrls } = plan;
  const changes = new Map<LocalService, ProcessChanges>();
  const logFiles = new Map(plan.chosen.map((service) => [service, freshLog(plan.dataDir, service)]));
  const logFileOf = (service: LocalService): string =>
    logFiles.get(service) ?? `${plan.dataDir}/logs/${service}.log`;

  const launch = (service: LocalService) =>
    launchNode({
      name: service,
      main: changes.get(service)?.main ?? options.serviceMains?.[service] ?? mainOf(service),
      env: {
        ...serviceEnvironment(
          service,
          { ...plan, kafka: backings.kafka, redisUrl: backings.redisUrl },
          { kafka: backings.kafkaUser(service), postgresUrl: backings.serviceDatabase(service) },
        ),
        ...options.extraEnv,
        ...options.serviceEnv?.[service],
        ...changes.get(service)?.env,
      },
      logFile: logFileOf(service),
    });
  const results = await Promise.allSettled(
    plan.chosen.map((service) =>
      step(
        plan.onProgress,
        service,
        async () => {
          const unit = await crew.adopt({
            name: service,
            launch: () => launch(service),
            ready: (process) => waitForHttp(service, process, `${serviceUrls[service]}/readyz`),
          });
          await unit.waitUntilReady();
        },
        () => serviceUrls[service],
      ),
    ),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return {
    logFile: logFileOf,
    change(service, { env, main }) {
      const before = changes.get(service);
      changes.set(service, {
        env: { ...before?.env, ...env },
        ...(main === undefined ? (before?.main === undefined ? {} : { main: before.main }) : { main }),
      });
    },
  };
}
