import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startBenchStack } from './bench-stack.ts';
import type { Figure } from './figure.ts';
import { measureF1 } from './measure-f1.ts';
import { measureF3 } from './measure-f3.ts';
import { measureF5 } from './measure-f5.ts';
import { measureF7 } from './measure-f7.ts';
import { measureProducer } from './measure-producer.ts';

// What else runs on the machine would be measured too: F1 is about ingest, F3 about the whole way, F5 about the
// mailbox's streams (all its items are made from one that came the whole way), F7 about decisions alone, producer
// about packages/kafka alone.
const measures = {
  F1: { measure: measureF1, services: ['directory', 'ingest'] },
  F3: { measure: measureF3, services: ['directory', 'ingest', 'router', 'mailbox'] },
  F5: { measure: measureF5, services: ['directory', 'ingest', 'router', 'mailbox'] },
  F7: { measure: measureF7, services: null },
  producer: { measure: measureProducer, services: ['directory'] },
} as const;
type FigureName = keyof typeof measures;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
});
const known = Object.keys(measures) as FigureName[];
const wanted = positionals.length === 0 ? known : positionals.filter(isFigure);
if (wanted.length === 0 || wanted.length < positionals.length) {
  console.error(`usage: npm run bench -- [${known.join('] [')}] [--pairs 5] [--seconds 4]`);
  process.exit(2);
}

const settings = { pairs: Number(values.pairs), durationS: Number(values.seconds) };
const figures: Figure[] = [];
for (const name of wanted) {
  figures.push(...(await run(measures[name])));
}
const results = new URL('../results.json', import.meta.url);
await writeFile(results, `${JSON.stringify({ ...settings, figures }, null, 2)}\n`);
for (const { name, ratio, goal } of figures) console.log(`${name} ${ratio.toFixed(2)} goal ${goal}`);

/** Measures with the services that the figure is about, or alone. */
async function run(figure: (typeof measures)[FigureName]): Promise<Figure[]> {
  if (figure.services === null) return await figure.measure(settings);
  const bench = await startBenchStack(figure.services);
  try {
    return await figure.measure(bench, settings);
  } finally {
    await bench.stop();
  }
}

function isFigure(name: string): name is FigureName {
  return name in measures;
}
