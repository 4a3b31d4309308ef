import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { explainError, explainProblem } from '../explain-error.ts';
import { printJson } from '../print-json.ts';
import { exitCodeOfResult } from '../print-publish-result.ts';
import type { SendOptions } from '../send-messages.ts';
import type { Terminal } from '../terminal.ts';
import type { Stop } from './send-rows.ts';

/** What became of the rows so far. */
export interface ImportCounts {
  rows: number;
  accepted: number;
  /** Did not fit the mapping, or were refused. */
  failed: number;
  /** Went unanswered: they may have been accepted. */
  unknown: number;
}

/** How an import ended, besides its counts. */
export interface ImportEnd {
  readonly stop: Stop | 'interrupted' | undefined;
  readonly errorsPath: string | undefined;
  readonly options: SendOptions;
}

/** Prints what became of an import and what to do next, and gives its exit code. */
export function printSummary(terminal: Terminal, counts: ImportCounts, end: ImportEnd): ExitCode {
  const { stop, errorsPath, options } = end;
  if (options.json === true) {
    printJson(terminal, {
      ...counts,
      dryRun: options.dryRun === true,
      errorsFile: errorsPath ?? null,
      stopped: stop === undefined ? null : stop === 'interrupted' ? stop : stop.why,
    });
  } else {
    for (const line of summaryLines(terminal, counts, end)) terminal.out(line);
    for (const line of stopLines(terminal, stop)) terminal.err(line);
  }
  return exitCodeFor(terminal, counts, stop);
}

function summaryLines(
  { say, colours, language }: Terminal,
  { rows, accepted, failed, unknown }: ImportCounts,
  { errorsPath, options }: ImportEnd,
): readonly string[] {
  const n = (count: number): string => new Intl.NumberFormat(language).format(count);
  const isRehearsal = options.dryRun === true;
  const done = isRehearsal
    ? say({
        en: `${n(accepted)} can be sent; nothing was sent`,
        fr: `${n(accepted)} peuvent partir ; rien n'est parti`,
      })
    : say({ en: `${n(accepted)} accepted`, fr: `${n(accepted)} acceptés` });
  const parts = [
    say({ en: `${n(rows)} rows read`, fr: `${n(rows)} lignes lues` }),
    done,
    ...(failed === 0 ? [] : [colours.red(say({ en: `${n(failed)} refused`, fr: `${n(failed)} refusées` }))]),
    ...(unknown === 0
      ? []
      : [colours.yellow(say({ en: `${n(unknown)} not known`, fr: `${n(unknown)} sans réponse connue` }))]),
  ];
  const mark = failed + unknown === 0 ? colours.green('✓') : colours.red('✗');
  if (errorsPath === undefined) return [`${mark} ${parts.join(', ')}`];
  return [
    `${mark} ${parts.join(', ')}`,
    say({
      en: `  what was not sent, and why: ${errorsPath}`,
      fr: `  ce qui n'est pas parti, et pourquoi : ${errorsPath}`,
    }),
    say({
      en: '  mend it and import it with the same mapping: what was accepted is not sent again',
      fr: '  corrigez-le et importez-le avec la même correspondance : ce qui est accepté ne repart pas',
    }),
  ];
}

function stopLines(terminal: Terminal, stop: ImportEnd['stop']): readonly string[] {
  if (stop === undefined) return [];
  const again = terminal.say({
    en: '  run the same command again: it goes on, and nothing is sent twice',
    fr: "  relancez la même commande : elle reprend, et rien n'est envoyé deux fois",
  });
  if (stop === 'interrupted') return [again];
  if (stop.why === 'unavailable') return [...explainError(stop.cause, terminal).lines.slice(0, 1), again];
  return [...explainProblem(stop.result.problem, terminal).lines, again];
}

function exitCodeFor(
  terminal: Terminal,
  { failed, unknown }: ImportCounts,
  stop: ImportEnd['stop'],
): ExitCode {
  if (stop === 'interrupted') return exitCodes.interrupted;
  if (stop?.why === 'not-allowed') return exitCodeOfResult(terminal, stop.result);
  if (stop !== undefined || unknown > 0) return exitCodes.unavailable;
  return failed > 0 ? exitCodes.refused : exitCodes.ok;
}
