// Preloaded into a service of a chaos run: its wall clock is off by as many milliseconds as stand in the file
// that CHAPPE_CLOCK_FILE names, from one moment to the next. What measures durations (performance.now, timers)
// goes on, as it does when an administrator or a time server steps a machine's clock.
import { readFileSync } from 'node:fs';

const file = process.env.CHAPPE_CLOCK_FILE;
const pollMs = 200;

if (file !== undefined) {
  const RealDate = Date;
  let offsetMs = 0;
  const now = () => RealDate.now() + offsetMs;

  function SteppedDate(...parts) {
    if (new.target === undefined) return new RealDate(now()).toString();
    const base = new.target === SteppedDate ? RealDate : new.target;
    return Reflect.construct(RealDate, parts.length === 0 ? [now()] : parts, base);
  }
  // One prototype for both, so that dates made before, by the runtime or by us, are dates to everybody.
  SteppedDate.prototype = RealDate.prototype;
  Object.assign(SteppedDate, { UTC: RealDate.UTC, parse: RealDate.parse, now });
  RealDate.prototype.constructor = SteppedDate;
  globalThis.Date = SteppedDate;

  setInterval(() => {
    try {
      offsetMs = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // No file: the clock is right.
      offsetMs = 0;
    }
  }, pollMs).unref();
}
