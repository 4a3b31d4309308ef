import type { DeadLetterService, LetterResult } from '../../dead-letter-model.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';
import { caseNamed, type DeadLetterOptions, letterNamed, openDeadLetters } from './dead-letter-connect.ts';
import { letterName } from './dead-letter-lines.ts';

const mostAtOnce = 20;
/** Results after which what was asked for holds, now or from before. */
const good = {
  replay: ['REPLAYED', 'ALREADY_REPLAYED'],
  discard: ['PROPOSED', 'ALREADY_PROPOSED', 'ALREADY_DISCARDED'],
  reinstate: ['PROPOSED', 'ALREADY_PROPOSED'],
  approve: ['APPROVED'],
  reject: ['REJECTED'],
  withdraw: ['WITHDRAWN'],
} as const satisfies Record<string, readonly string[]>;
const forbidden = new Set(['SECOND_PERSON_REQUIRED', 'ONLY_THE_PROPOSER']);

/** Replays letters, or proposes what another operator decides. */
export async function actOnLetters(
  terminal: Terminal,
  act: 'replay' | 'discard' | 'reinstate',
  names: readonly string[],
  options: DeadLetterOptions,
): Promise<ExitCode> {
  const letters = names.map(letterNamed);
  const desk = await openDeadLetters(terminal, options);
  const { reason = '' } = options;
  const items: (LetterResult & { readonly service: DeadLetterService })[] = [];
  for (const [service, own] of Map.groupBy(letters, (letter) => letter.service)) {
    for (const part of partsOf(own)) {
      const results =
        act === 'replay'
          ? await desk.replay(service, part, reason)
          : await desk.propose(service, act === 'discard' ? 'DISCARD' : 'REINSTATE', part, reason);
      items.push(...results.map((each) => ({ ...each, service })));
    }
  }
  if (options.json === true) printJson(terminal, { items });
  else {
    for (const item of items) {
      const about = item.caseId == null ? '' : ` ${item.service}/${item.caseId}`;
      const words = `${letterName(item)} ${item.result}${item.code == null ? '' : ` ${item.code}`}${about}`;
      tell(terminal, words, isGood(act, item.result));
    }
    const proposed = items.find(({ result, caseId }) => result === 'PROPOSED' && caseId != null);
    if (proposed !== undefined) {
      const next = terminal.say({ en: 'another operator', fr: 'un autre opérateur' });
      const command = `chappe dead-letters approve ${proposed.service}/${proposed.caseId}`;
      terminal.out(terminal.colours.dim(`${next}: ${command}`));
    }
  }
  return exitCodeOf(act, items);
}

/** Decides cases. */
export async function decideCases(
  terminal: Terminal,
  act: 'approve' | 'reject' | 'withdraw',
  names: readonly string[],
  options: DeadLetterOptions,
): Promise<ExitCode> {
  const cases = names.map(caseNamed);
  const desk = await openDeadLetters(terminal, options);
  const decision = ({ approve: 'APPROVE', reject: 'REJECT', withdraw: 'WITHDRAW' } as const)[act];
  const items: { readonly service: DeadLetterService; readonly caseId: string; readonly result: string }[] =
    [];
  for (const [service, own] of Map.groupBy(cases, (each) => each.service)) {
    const ids = [...new Set(own.map(({ id }) => id))];
    for (const part of partsOf(ids)) {
      const results = await desk.decide(service, decision, part, options.reason);
      items.push(...results.map((each) => ({ ...each, service })));
    }
  }
  if (options.json === true) printJson(terminal, { items });
  else
    for (const { service, caseId, result } of items)
      tell(terminal, `${service}/${caseId} ${result}`, isGood(act, result));
  return exitCodeOf(act, items);
}

function tell({ colours, out }: Terminal, words: string, done: boolean): void {
  out(`${done ? colours.green('✓') : colours.red('✗')} ${words}`);
}

function isGood(act: keyof typeof good, result: string): boolean {
  return good[act].some((each) => each === result);
}

/** The worst of them: what may be repeated, what is not allowed, what is refused. */
function exitCodeOf(act: keyof typeof good, items: readonly { readonly result: string }[]): ExitCode {
  const bad = items.map(({ result }) => result).filter((result) => !isGood(act, result));
  if (bad.length === 0) return exitCodes.ok;
  if (bad.includes('NOT_NOW')) return exitCodes.unavailable;
  if (bad.some((result) => forbidden.has(result))) return exitCodes.notAllowed;
  return bad.every((result) => result === 'NOT_FOUND') ? exitCodes.notFound : exitCodes.refused;
}

function* partsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += mostAtOnce) yield items.slice(from, from + mostAtOnce);
}
