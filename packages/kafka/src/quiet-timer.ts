import { createRequire } from 'node:module';

interface RequestQueue {
  pending: readonly unknown[];
  throttledUntil: number;
}

type Schedule = (this: RequestQueue) => void;

const require = createRequire(import.meta.url);
const applied = Symbol.for('chappe.kafka.quiet-timer');

/**
 * kafkajs 2.2.4 schedules a check of its pending requests after every answer, with a negative delay when it
 * is not throttled; each check schedules the next, so an idle client never rests. Nothing needs the check
 * while nothing is pending and no throttling is in force: `push` schedules it again when something is.
 */
export function quietTimerLoop(): void {
  const loaded: unknown = require('kafkajs/src/network/requestQueue');
  if (typeof loaded !== 'function') throw new Error('kafkajs: its request queue is not where 2.2.4 has it');
  const prototype: unknown = loaded.prototype;
  if (!isPatchable(prototype))
    throw new Error('kafkajs: its request queue has no scheduleCheckPendingRequests');
  if (Object.hasOwn(prototype, applied)) return;
  const original = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded(this: RequestQueue) {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    original.call(this);
  };
  Object.defineProperty(prototype, applied, { value: true });
}

function isPatchable(prototype: unknown): prototype is { scheduleCheckPendingRequests: Schedule } {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    'scheduleCheckPendingRequests' in prototype &&
    typeof prototype.scheduleCheckPendingRequests === 'function'
  );
}
