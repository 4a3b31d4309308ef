import type { CompletedCommand } from './describe-tree.ts';

/**
 * The program's completion for zsh, with its descriptions. The file works from a folder of `fpath` and by `eval`. Where
 * a value is not from a list, zsh offers files.
 */
export function zshCompletion(tree: readonly CompletedCommand[]): string {
  const deeper = tree.filter(({ path }) => path.length > 0).map(({ path }) => quoted(path.join(' ')));
  const values = tree.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, choices }) => {
        const place = quoted(`${path.join(' ')}:${flag}`);
        return `    ${place}) offered=(${choices.map(quoted).join(' ')}) ;;`;
      }),
  );
  const words = tree.map(({ path, subcommands, options }) => {
    const described = [
      ...subcommands.map(({ name, description }) => entry(name, description)),
      ...options.map(({ flag, description }) => entry(flag, description)),
      quoted('--help'),
    ];
    return `      ${quoted(path.join(' '))}) offered=(${described.join(' ')}) ;;`;
  });
  return `#compdef chappe
# chappe: completion for zsh
_chappe() {
  local at='' i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    case "\${at:+$at }\${words[i]}" in
      ${deeper.join('|')}) at="\${at:+$at }\${words[i]}" ;;
    esac
  done
  case "$at:\${words[CURRENT-1]}" in
${values.join('\n')}
    *) case "$at" in
${words.join('\n')}
    esac ;;
  esac
  (( $#offered )) && _describe chappe offered || _files
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _chappe "$@"; else compdef _chappe chappe; fi
`;
}

/** A word and what it does: the first colon that is not escaped parts them. */
function entry(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
