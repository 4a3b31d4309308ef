import { setTimeout as pause } from 'node:timers/promises';

const warmUpS = 1;

/**
 * Calls `send` at times fixed in advance, whether or not earlier calls have ended: a slow side is not spared
 * the requests that a closed loop would withhold. `send` is given the time at which it was due, and whether it
 * counts: a first second fills connections and caches of either side.
 */
export async function sendOpenLoop(
  schedule: { perS: number; durationS: number },
  send: (dueMs: number, counts: boolean) => void,
): Promise<number> {
  const startMs = performance.now() + 50;
  const total = schedule.perS * (schedule.durationS + warmUpS);
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1000) * schedule.perS) + 1);
    for (; sent < due; sent += 1) {
      send(startMs + (sent * 1000) / schedule.perS, sent >= schedule.perS * warmUpS);
    }
    await pause(1);
  }
  return total;
}
