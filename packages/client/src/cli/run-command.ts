import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line and says how it ended. Never throws: every error has its words and its code. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = createProgram(terminal, async (act) => {
    exitCode = await act(terminal);
  });
  const asJson = args.includes('--json');
  const usage: string[] = [];
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command
      .exitOverride()
      .configureHelp({
        styleTitle: (title) => titleIn(title, terminal),
        optionDescription: ({ description, argChoices }) => withChoices(description, argChoices),
        argumentDescription: ({ description, argChoices }) => withChoices(description, argChoices),
        helpWidth: terminal.width ?? 100,
        showGlobalOptions: true,
      })
      .configureOutput({
        writeOut: (text) => terminal.out(text.trimEnd()),
        writeErr: (text) => usage.push(text.trimEnd()),
      });
  }
  try {
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, usage, terminal, asJson);
    const explained = explainError(error, terminal);
    if (asJson && explained.lines.length > 0) {
      const { code, lines, problem } = explained;
      const document = {
        error: code,
        message: lines.join('\n'),
        ...(problem === undefined ? {} : { problem }),
      };
      terminal.err(JSON.stringify(document));
    } else {
      for (const line of explained.lines) terminal.err(line);
    }
    return explained.exitCode;
  }
}

function endOfParsing(
  error: CommanderError,
  usage: readonly string[],
  terminal: Terminal,
  asJson: boolean,
): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  const message = usageMessage(error, terminal);
  if (asJson) terminal.err(JSON.stringify({ error: 'usage', message }));
  else {
    terminal.err(message);
    // Commander adds its guess at a mistyped name on a line of its own.
    for (const line of usage
      .join('\n')
      .split('\n')
      .filter((text) => text.startsWith('(')))
      terminal.err(line);
    terminal.err(terminal.say({ en: '  what to do: chappe help', fr: '  que faire: chappe help' }));
  }
  return exitCodes.usage;
}

const frenchUsage: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'commande inconnue',
  'commander.unknownOption': 'option inconnue',
  'commander.missingArgument': 'argument manquant',
  'commander.optionMissingArgument': "l'option attend une valeur",
  'commander.missingMandatoryOptionValue': 'option obligatoire absente',
  'commander.invalidArgument': 'valeur refusée',
  'commander.excessArguments': "trop d'arguments",
};

function usageMessage(error: CommanderError, { language }: Terminal): string {
  const message = error.message.replace(/^error: /, '').split('\n')[0] ?? '';
  const french = frenchUsage[error.code];
  if (language === 'en' || french === undefined) return message;
  const named = [...message.matchAll(/'([^']+)'/g)].map(([, name]) => name).join(', ');
  return named === '' ? french : `${french} : ${named}`;
}

const frenchTitles: Readonly<Record<string, string>> = {
  'Usage:': 'Usage :',
  'Arguments:': 'Arguments :',
  'Options:': 'Options :',
  'Global Options:': 'Options générales :',
  'Commands:': 'Commandes :',
};

/** Commander would name the choices in English, whatever the language. */
function withChoices(description: string, choices: readonly string[] | undefined): string {
  return choices === undefined ? description : `${description} (${choices.join(', ')})`.trimStart();
}

function titleIn(title: string, { language, colours }: Terminal): string {
  return colours.bold(language === 'fr' ? (frenchTitles[title] ?? title) : title);
}
