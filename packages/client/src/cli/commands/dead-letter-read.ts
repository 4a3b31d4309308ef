import type { LetterHistory } from '../../dead-letter-model.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import { relativeTime } from '../relative-time.ts';
import { oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { type DeadLetterOptions, letterNamed, openDeadLetters, servicesOf } from './dead-letter-connect.ts';
import { caseTable, letterName, letterTable, stateOf } from './dead-letter-lines.ts';

const newest = 50;
const waiting: readonly string[] = ['OPEN', 'DISCARD_PROPOSED', 'REINSTATE_PROPOSED'];

/** Prints the letters that wait for somebody, of all services unless one is named. */
export async function list(terminal: Terminal, options: DeadLetterOptions): Promise<ExitCode> {
  const letters = await openDeadLetters(terminal, options);
  const { group, limit = newest } = options;
  const pages = await Promise.all(
    servicesOf(options).map(async (service) => {
      const page = await letters.list(service, {
        limit: Math.min(limit, 100),
        ...(group === undefined ? {} : { group }),
      });
      return { service, ...page };
    }),
  );
  const items = pages
    .flatMap((page) => page.items.map((each) => ({ ...each, service: page.service })))
    .filter(({ state }) => options.all === true || waiting.includes(state))
    .sort((a, b) => b.deadAt.localeCompare(a.deadAt));
  if (options.json === true) {
    printJson(terminal, { items });
    return exitCodes.ok;
  }
  for (const line of letterTable(items, terminal)) terminal.out(line);
  const more = pages.filter(({ next }) => next !== undefined).map(({ service }) => service);
  if (more.length > 0) {
    const text = { en: 'older ones of', fr: 'de plus anciennes de' };
    terminal.out(terminal.colours.dim(`… ${terminal.say(text)} ${more.join(', ')}: --limit`));
  }
  return exitCodes.ok;
}

/** Prints one letter, and everything that was tried and decided. */
export async function show(terminal: Terminal, name: string, options: DeadLetterOptions): Promise<ExitCode> {
  const { service, ...named } = letterNamed(name);
  const found = await (await openDeadLetters(terminal, options)).read(service, named);
  if (options.json === true) printJson(terminal, found);
  else for (const line of historyLines(found, service, terminal)) terminal.out(line);
  return exitCodes.ok;
}

/** Prints what was proposed and decided about letters. */
export async function cases(terminal: Terminal, options: DeadLetterOptions): Promise<ExitCode> {
  const letters = await openDeadLetters(terminal, options);
  const found = await Promise.all(
    servicesOf(options).map(async (service) => {
      const { items } = await letters.cases(service, {
        limit: Math.min(options.limit ?? newest, 100),
        ...(options.open === true ? { state: 'OPEN' as const } : {}),
      });
      return items.map((each) => ({ ...each, service }));
    }),
  );
  const items = found.flat().sort((a, b) => b.proposedAt.localeCompare(a.proposedAt));
  if (options.json === true) printJson(terminal, { items });
  else for (const line of caseTable(items, terminal)) terminal.out(line);
  return exitCodes.ok;
}

function historyLines(
  found: LetterHistory,
  service: ReturnType<typeof letterNamed>['service'],
  terminal: Terminal,
): readonly string[] {
  const { colours, language, say } = terminal;
  const when = (iso: string | null) => relativeTime(iso ?? undefined, terminal.nowMs(), language);
  const known = found.letter ?? found.cases[0];
  const original = known?.original;
  return [
    `${colours.bold(letterName(found))}  ${stateOf(found, service, terminal)}`,
    ...(known === undefined
      ? []
      : [
          `${known.code ?? ''}  ${known.sizeBytes} ${say({ en: 'bytes', fr: 'octets' })}, ${when(known.deadAt)}`,
        ]),
    ...(original == null
      ? []
      : [
          `${say({ en: 'from', fr: 'issue de' })} ${original.topic}/${original.partition}/${original.offset}, ${when(original.appendedAt)}`,
        ]),
    ...(found.letter === null
      ? [colours.dim(say({ en: 'Kafka no longer has it', fr: 'Kafka ne la conserve plus' }))]
      : []),
    ...found.replays.map(({ subject, result, code, reason, requestedAt }) => {
      const end =
        result === null ? say({ en: 'cut off', fr: 'interrompu' }) : `${result} ${code ?? ''}`.trim();
      return `${say({ en: 'replay', fr: 'rejeu' })} ${subject}, ${when(requestedAt)}: ${oneLine(reason)} → ${end}`;
    }),
    ...found.cases.flatMap((each) => [
      `${service}/${each.id} ${each.act} ${each.proposedBy}, ${when(each.proposedAt)}: ${oneLine(each.reason)}`,
      ...(each.decidedBy === null
        ? []
        : [
            `  ${each.state} ${each.decidedBy}, ${when(each.decidedAt)}${each.decisionReason === null ? '' : `: ${oneLine(each.decisionReason)}`}`,
          ]),
    ]),
  ];
}
