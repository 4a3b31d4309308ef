import type { LocalService, ServiceUnit, Stack } from '@chappe/local';

/** Every process of a service in this stack: `ingest`, `ingest-2`. */
export function unitsOf(stack: Stack, service: LocalService): ServiceUnit[] {
  return Object.keys(stack.state.services).filter(
    (name): name is ServiceUnit => name === service || name.startsWith(`${service}-`),
  );
}
