import { createUnit, type Unit, type UnitEvent, type UnitPlan } from './unit.ts';

/** All processes of a stack, and who must end before whom. */
export interface Crew {
  /** Starts a process and answers for its end from now on. */
  adopt(plan: UnitPlan): Promise<Unit>;
  unit(name: string): Unit;
  /** The processes that run now. */
  pids(): Record<string, number>;
  setAutoRestart(on: boolean): void;
  /** Ends everything in order; whatever is adopted later is ended at once. */
  stopAll(): Promise<void>;
}

/** Requests must find no service gone, services no store gone. */
const stopOrder: readonly ((name: string) => boolean)[] = [
  (name) => name === 'proxy',
  (name) => !isStore(name) && name !== 'oidc' && name !== 'proxy',
  (name) => isStore(name) || name === 'oidc',
];

/** An empty crew. */
export function createCrew(options: { autoRestart: boolean; onEvent(event: UnitEvent): void }): Crew {
  const units = new Map<string, Unit>();
  let autoRestart = options.autoRestart;
  let closed = false;
  return {
    async adopt(plan) {
      const unit = createUnit(plan, { autoRestart: () => autoRestart, onEvent: options.onEvent });
      units.set(plan.name, unit);
      await unit.start();
      if (closed) {
        await unit.stop();
        throw new Error('the stack is stopping');
      }
      return unit;
    },
    unit(name) {
      const unit = units.get(name);
      if (unit === undefined) throw new Error(`${name} is not part of this stack`);
      return unit;
    },
    pids: () =>
      Object.fromEntries(
        [...units.values()].flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid]])),
      ),
    setAutoRestart(on) {
      autoRestart = on;
    },
    async stopAll() {
      closed = true;
      for (const belongs of stopOrder) {
        const group = [...units.values()].filter((unit) => belongs(unit.name));
        await Promise.allSettled(group.map((unit) => unit.stop()));
      }
    },
  };
}

function isStore(name: string): boolean {
  return name === 'postgres' || name === 'redis' || name.startsWith('kafka-');
}
