import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  watchFile,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pretty from 'pino-pretty';
import { languageOf } from './language.ts';
import { localFolderFrom } from './local-folder.ts';

const french = languageOf(process.env) === 'fr';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { follow: { type: 'boolean', short: 'f', default: false } },
});
const folder = `${localFolderFrom(process.env)}/logs`;
const known = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.log') && !file.endsWith('.previous.log'))
      .map((file) => file.slice(0, -'.log'.length))
  : [];
const unknown = positionals.filter((name) => !known.includes(name));
if (known.length === 0 || unknown.length > 0) {
  const names = known.join(', ') || (french ? 'aucun' : 'none');
  console.error(french ? `Journaux connus : ${names}` : `Known logs: ${names}`);
  process.exit(1);
}
const chosen = positionals.length > 0 ? positionals : known;
const print = pretty.prettyFactory({
  colorize: process.stdout.isTTY,
  translateTime: 'SYS:HH:MM:ss.l',
  ignore: 'hostname',
});
process.stdout.on('error', () => process.exit(0));

const lines: { timeMs: number; text: string }[] = [];
const ends = new Map<string, number>();
for (const name of chosen) {
  const file = `${folder}/${name}.log`;
  ends.set(file, statSync(file).size);
  for await (const line of createInterface({ input: createReadStream(file) })) {
    lines.push({ timeMs: timeOf(line) ?? lines.at(-1)?.timeMs ?? 0, text: show(name, line) });
  }
}
for (const { text } of lines.sort((a, b) => a.timeMs - b.timeMs)) process.stdout.write(text);
if (values.follow) for (const name of chosen) follow(name);

/** Prints what is added to a log, through restarts that begin the file anew. */
function follow(name: string): void {
  const file = `${folder}/${name}.log`;
  let position = ends.get(file) ?? 0;
  let rest = '';
  watchFile(file, { interval: 300 }, (now) => {
    if (now.size < position) position = 0;
    if (now.size === position) return;
    const added = Buffer.alloc(now.size - position);
    const descriptor = openSync(file, 'r');
    const count = readSync(descriptor, added, 0, added.length, position);
    closeSync(descriptor);
    position += count;
    const parts = (rest + added.subarray(0, count).toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) process.stdout.write(show(name, line));
  });
}

function show(name: string, line: string): string {
  // What is not JSON comes from Node itself and is shown as it is.
  return line.startsWith('{') ? print(line) : `${name}: ${line}\n`;
}

function timeOf(line: string): number | undefined {
  const found = /"time":(?:(\d+)|"([^"]+)")/.exec(line);
  if (found?.[1] !== undefined) return Number(found[1]);
  return found?.[2] === undefined ? undefined : Date.parse(found[2]);
}
