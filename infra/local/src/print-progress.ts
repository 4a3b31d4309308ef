import { color } from './colour.ts';
import type { Text } from './language.ts';
import type { ProgressListener } from './progress.ts';

const stepNames: Readonly<Record<string, string>> = {
  'database roles and schemas': 'rôles et schémas de la base',
  'topics and access rights': 'sujets et droits d’accès',
};

/** Prints progress line by line, the same on a terminal and in a file. */
export function printProgress(language: keyof Text, print: (line: string) => void): ProgressListener {
  return (event) => {
    if (event.what === 'step') {
      const name = language === 'fr' ? (stepNames[event.name] ?? event.name) : event.name;
      const seconds = `${(event.ms / 1000).toFixed(1)} s`.padStart(7);
      print(`${color.green('ok')} ${color.dim(seconds)}  ${name.padEnd(28)} ${color.dim(event.detail)}`);
      return;
    }
    const sign = event.what === 'note' ? color.dim('..') : color.yellow('!!');
    const [first = '', ...rest] = event.text[language].split('\n');
    print(`${sign}          ${first}`);
    for (const line of rest) print(`            ${line}`);
    if (event.what === 'trouble' && event.lines) {
      for (const line of event.lines.split('\n')) print(`     ${color.dim('|')} ${shorten(line)}`);
    }
  };
}

function shorten(line: string): string {
  return line.length > 240 ? `${line.slice(0, 240)}…` : line;
}
