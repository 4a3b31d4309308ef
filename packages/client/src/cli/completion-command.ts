import { Argument, type Command } from 'commander';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import { exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Adds `completion`, which writes the program itself down for a shell. */
export function addCompletionCommand(
  program: Command,
  command: DeclareCommand,
  terminal: Terminal,
  run: RunAct,
): void {
  command(
    'completion',
    {
      en: 'print the completion of this command for a shell',
      fr: 'afficher la complétion de cette commande pour un shell',
    },
    [
      'eval "$(chappe completion bash)"',
      'chappe completion zsh > ~/.zfunc/_chappe',
      'chappe completion fish > ~/.config/fish/completions/chappe.fish',
    ],
  )
    .addArgument(
      new Argument('<shell>', terminal.say({ en: 'for which shell', fr: 'pour quel shell' })).choices([
        'bash',
        'zsh',
        'fish',
      ]),
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      await run(async () => {
        const { describeTree } = await import('./completion/describe-tree.ts');
        const { bashCompletion } = await import('./completion/write-bash.ts');
        const { fishCompletion } = await import('./completion/write-fish.ts');
        const { zshCompletion } = await import('./completion/write-zsh.ts');
        const write = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell];
        terminal.out(write(describeTree(program)).trimEnd());
        return exitCodes.ok;
      });
    });
}
