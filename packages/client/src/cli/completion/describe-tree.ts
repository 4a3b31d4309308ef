import type { Command } from 'commander';

/** One command as a shell completes it. */
export interface CompletedCommand {
  /** The words that lead to it; none for the program itself. */
  readonly path: readonly string[];
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
}

/** One option as a shell completes it. */
export interface CompletedOption {
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** Every command of the program, each with the options that it understands, the general ones included. */
export function describeTree(program: Command): readonly CompletedCommand[] {
  const general = optionsOf(program);
  const walk = (command: Command, path: readonly string[]): readonly CompletedCommand[] => [
    {
      path,
      subcommands: command.commands.map((sub) => ({ name: sub.name(), description: sub.description() })),
      options: path.length === 0 ? general : [...optionsOf(command), ...general],
    },
    ...command.commands.flatMap((sub) => walk(sub, [...path, sub.name()])),
  ];
  return walk(program, []);
}

function optionsOf(command: Command): readonly CompletedOption[] {
  return command.options.flatMap(({ long, description, required, optional, argChoices }) =>
    long == null
      ? []
      : [{ flag: long, description, takesValue: required || optional, choices: argChoices ?? [] }],
  );
}
