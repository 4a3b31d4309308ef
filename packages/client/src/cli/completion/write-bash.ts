import type { CompletedCommand } from './describe-tree.ts';

/**
 * The program's completion for bash. It holds all words, so that Tab costs no start of the program; where a value is
 * not from a list, bash offers files.
 */
export function bashCompletion(tree: readonly CompletedCommand[]): string {
  const deeper = tree.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  const values = tree.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, choices }) => `    '${path.join(' ')}:${flag}') words='${choices.join(' ')}' ;;`),
  );
  const words = tree.map(({ path, subcommands, options }) => {
    const names = [...subcommands.map(({ name }) => name), ...options.map(({ flag }) => flag)];
    return `    '${path.join(' ')}') words='${[...names, '--help'].join(' ')}' ;;`;
  });
  return `# chappe: completion for bash
_chappe() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${at:+$at }\${COMP_WORDS[i]}" in
      ${deeper.join('|')}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at:$prev" in
${values.join('\n')}
    *) case "$at" in
${words.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _chappe chappe
`;
}
