import type { CompletedCommand } from './describe-tree.ts';

/** The program's completion for fish, with its descriptions. */
export function fishCompletion(tree: readonly CompletedCommand[]): string {
  const lines = tree.flatMap(({ path, subcommands, options }) => {
    const here = conditionFor(path, subcommands);
    return [
      ...subcommands.map(
        ({ name, description }) => `complete -c chappe -f -n ${here} -a ${name} -d ${quoted(description)}`,
      ),
      ...(path.length === 0 ? options : options.filter((option) => !isGeneral(option.flag, tree))).map(
        ({ flag, description, takesValue, choices }) =>
          [
            'complete -c chappe',
            path.length === 0 ? '' : `-n ${conditionFor(path, [])}`,
            `-l ${flag.replace(/^--/, '')}`,
            takesValue ? '-r' : '',
            choices.length > 0 ? `-f -a ${quoted(choices.join(' '))}` : '',
            `-d ${quoted(description)}`,
          ]
            .filter((part) => part !== '')
            .join(' '),
      ),
    ];
  });
  return `# chappe: completion for fish\n${lines.join('\n')}\n`;
}

/** Where a completion applies: after the words of its path, and before those of a command below it. */
function conditionFor(path: readonly string[], below: CompletedCommand['subcommands']): string {
  if (path.length === 0) return '__fish_use_subcommand';
  const after = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const before =
    below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.map(({ name }) => name).join(' ')}`];
  return quoted([...after, ...before].join('; and '));
}

function isGeneral(flag: string, tree: readonly CompletedCommand[]): boolean {
  return tree[0]?.options.some((option) => option.flag === flag) ?? false;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
