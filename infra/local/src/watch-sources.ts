import { type FSWatcher, watch } from 'node:fs';
import { repositoryRoot } from '@chappe/testing';
import { type LocalService, localServices } from './services/service-catalogue.ts';

/** Calls back with the services to restart, some moments after the last change to their sources. */
export function watchSources(onChange: (services: readonly LocalService[]) => void): { close(): void } {
  const changed = new Set<LocalService>();
  let timer: NodeJS.Timeout | undefined;
  const note = (services: readonly LocalService[]): void => {
    for (const service of services) changed.add(service);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = localServices.filter((service) => changed.has(service));
      changed.clear();
      onChange(now);
    }, 200);
  };
  const watchers: FSWatcher[] = localServices.map((service) =>
    watch(`${repositoryRoot}/services/${service}/src`, { recursive: true }, (_event, file) => {
      if (isSource(file)) note([service]);
    }),
  );
  // Every service stands on the packages.
  watchers.push(
    watch(`${repositoryRoot}/packages`, { recursive: true }, (_event, file) => {
      if (isSource(file) && file?.includes('/src/')) note(localServices);
    }),
  );
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function isSource(file: string | null): boolean {
  return (
    file !== null &&
    /\.(ts|json|sql|avsc)$/.test(file) &&
    !file.endsWith('.test.ts') &&
    !file.includes('node_modules')
  );
}
