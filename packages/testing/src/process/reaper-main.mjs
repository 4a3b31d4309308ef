// Ends what its parent started, once the parent is gone. It reads orders from standard input, one
// JSON value a line; the end of that input is the sign that the parent died, however it died.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** @type {Map<number, {signal: NodeJS.Signals}>} */
const groups = new Map();
/** @type {Map<string, string[]>} */
const commands = new Map();
/** @type {Set<string>} */
const folders = new Set();
const graceMs = 4_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const order = JSON.parse(line);
  if (order.watch) groups.set(order.watch, { signal: order.signal });
  if (order.forget) groups.delete(order.forget);
  if (order.command) commands.set(order.key, order.command);
  if (order.forgetCommand) commands.delete(order.forgetCommand);
  if (order.folder) folders.add(order.folder);
  if (order.forgetFolder) folders.delete(order.forgetFolder);
});
lines.on('close', endEverything);

async function endEverything() {
  for (const [pid, { signal }] of groups) signalGroup(pid, signal);
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline && [...groups.keys()].some(isAlive)) await sleep(50);
  for (const pid of groups.keys()) signalGroup(pid, 'SIGKILL');
  for (const [file, ...args] of commands.values()) {
    try {
      execFileSync(file, args, { stdio: 'ignore', timeout: 10_000 });
    } catch {
      // Nothing is left to tell it to: the parent is gone.
    }
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

function isAlive(pid) {
  try {
    process.kill(-pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

// Ended, but not yet collected by the process that inherited it.
function isZombie(pid) {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
