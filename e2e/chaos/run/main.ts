import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allFaults } from '../faults/all-faults.ts';
import { type ChaosOptions, type ChaosResult, runChaos } from './run-chaos.ts';

const help = `npm run chaos -- [--seed N] [--minutes M] [--rounds N] [--brokers 1|3] [--rate R] [--kinds a,b] [--hold S] [--json] [--keep]

  --seed N       the run to make, or to make again; drawn when not given, and printed
  --minutes M    how long faults are made (3); starting, settling and checking come on top
  --rounds N     ends earlier, once every kind of fault has come N times
  --brokers 3    three brokers (the default), or one
  --rate R       submissions begun per second, over all lanes (120)
  --kinds a,b    only these kinds of fault:
${allFaults.map(({ kind, title }) => `                   ${kind.padEnd(26)} ${title}`).join('\n')}
  --hold S       every fault that has a duration holds S seconds
  --keep         keeps history and logs also when nothing is broken
  --json         one JSON value per step and one for the result, instead of the timeline

docs/chaos.md says what is checked, and what three brokers on one host cannot prove.
`;

// kafkajs reckons waits that are already over; that is known, and no news in a timeline.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'TimeoutNegativeWarning') console.error(String(warning));
});

const runs = fileURLToPath(new URL('../../../.cache/chaos', import.meta.url));
const stopping = new AbortController();
let askedAtMs: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, askToStop);

const options = optionsFrom(process.argv.slice(2));
const folder = join(runs, `${new Date().toISOString().replace(/[:.]/g, '-')}-seed-${options.seed}`);
mkdirSync(folder, { recursive: true });
// Nothing else keeps the process running while it only waits for its children.
const alive = setInterval(() => undefined, 2 ** 30);

try {
  const result = await runChaos({ ...options, folder, signal: stopping.signal });
  clearInterval(alive);
  if (result === undefined) {
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  }
  conclude(result);
} catch (error) {
  console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}

function conclude(result: ChaosResult): void {
  const violations = result.violations.length + result.broken.length;
  const kept = violations > 0 || options.keep === true;
  if (!kept) rmSync(folder, { recursive: true, force: true });
  if (violations > 0) console.log(`repeat it with: npm run chaos -- ${repetition()}`);
  if (options.json) console.log(JSON.stringify({ ...result, folder: kept ? folder : null }));
  else console.log(`${result.kinds.length} kinds of fault: ${result.kinds.join(', ')}`);
  console.log(`violations ${violations} faults ${result.faults} acked ${result.acknowledged}`);
  process.exit(violations > 0 ? 1 : 0);
}

function repetition(): string {
  const { seed, minutes, rounds, brokers, ratePerSecond, kinds, holdMs } = options;
  const only = kinds === undefined ? '' : ` --kinds ${kinds.join(',')}`;
  const bound = rounds === undefined ? '' : ` --rounds ${rounds}`;
  const held = holdMs === undefined ? '' : ` --hold ${holdMs / 1_000}`;
  return `--seed ${seed} --minutes ${minutes}${bound} --brokers ${brokers} --rate ${ratePerSecond}${held}${only}`;
}

/** The first signal ends the run in order; one that comes later than its echo from the terminal ends it at once. */
function askToStop(): void {
  const nowMs = performance.now();
  if (askedAtMs === undefined) {
    askedAtMs = nowMs;
    console.log('stopping: the faults are ended and everything is taken down');
    stopping.abort();
    // What does not end in time is left to the reaper, which outlives us.
    setTimeout(() => process.exit(130), 30_000).unref();
  } else if (nowMs - askedAtMs > 1_500) process.exit(130);
}

function optionsFrom(args: string[]): Omit<ChaosOptions, 'folder' | 'signal'> & { json: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '3' },
      rounds: { type: 'string' },
      brokers: { type: 'string', default: '3' },
      rate: { type: 'string', default: '120' },
      kinds: { type: 'string' },
      hold: { type: 'string' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const problems: string[] = [];
  const number = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most))
      problems.push(`--${name} must be between ${least} and ${most}`);
    return value;
  };
  const seed = number('seed', values.seed ?? String(Date.now() % 1_000_000), 0, 2 ** 31 - 1);
  const minutes = number('minutes', values.minutes, 0.1, 24 * 60);
  const rounds = values.rounds === undefined ? undefined : number('rounds', values.rounds, 1, 1_000);
  const ratePerSecond = number('rate', values.rate, 1, 5_000);
  const holdMs = values.hold === undefined ? undefined : number('hold', values.hold, 1, 3_600) * 1_000;
  if (values.brokers !== '1' && values.brokers !== '3') problems.push('--brokers is 1 or 3');
  const kinds = values.kinds?.split(',').map((kind) => kind.trim());
  const unknown = (kinds ?? []).filter((name) => !allFaults.some(({ kind }) => kind === name));
  if (unknown.length > 0) problems.push(`no such kind of fault: ${unknown.join(', ')} (see --help)`);
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exit(2);
  }
  const json = values.json;
  return {
    seed: Math.trunc(seed),
    minutes,
    ratePerSecond,
    json,
    keep: values.keep,
    brokers: values.brokers === '1' ? 1 : 3,
    ...(kinds === undefined ? {} : { kinds }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(holdMs === undefined ? {} : { holdMs }),
    onLine: json ? () => undefined : (line) => console.log(line),
    ...(json ? { onStep: (step, figures) => console.log(JSON.stringify({ ...figures, ...step })) } : {}),
  };
}
