import type { DirectoryProposal } from '../../directory-model.ts';
import { pause } from '../../pause.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Text } from '../language.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';
import { type DirectoryOptions, openAdministration, resolveProposal } from './directory-connect.ts';

const inForceWithinMs = 15_000;

/** Approves, and waits until the release is in force. */
export async function approve(
  terminal: Terminal,
  name: string,
  options: DirectoryOptions,
): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const proposal = await directory.approve(await resolveProposal(directory, name), options.reason);
  const release = proposal.release ?? 0;
  const startedMs = performance.now();
  let inForce = (await directory.currentRelease()) >= release;
  while (!inForce && performance.now() - startedMs < inForceWithinMs) {
    await pause(250, terminal.signal);
    inForce = (await directory.currentRelease()) >= release;
  }
  if (options.json === true) {
    printJson(terminal, { ...proposal, inForce });
    return exitCodes.ok;
  }
  const { colours, say } = terminal;
  const state = inForce
    ? say({ en: 'is in force', fr: 'est en vigueur' })
    : say({ en: 'is approved and being published', fr: 'est approuvée, en cours de publication' });
  terminal.out(`${colours.green('✓')} ${say({ en: 'release', fr: 'la version' })} ${release} ${state}`);
  return exitCodes.ok;
}

/** Rejects a proposal of somebody else. */
export async function reject(terminal: Terminal, name: string, options: DirectoryOptions): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const proposal = await directory.reject(await resolveProposal(directory, name), options.reason ?? '');
  return ended(terminal, proposal, options, { en: 'rejected', fr: 'rejetée' });
}

/** Withdraws an own proposal. */
export async function withdraw(
  terminal: Terminal,
  name: string,
  options: DirectoryOptions,
): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const proposal = await directory.withdraw(await resolveProposal(directory, name), options.reason);
  return ended(terminal, proposal, options, { en: 'withdrawn', fr: 'retirée' });
}

function ended(
  terminal: Terminal,
  proposal: DirectoryProposal,
  { json }: DirectoryOptions,
  word: Text,
): ExitCode {
  if (json === true) printJson(terminal, proposal);
  else terminal.out(`${terminal.colours.green('✓')} ${proposal.proposalId} ${terminal.say(word)}`);
  return exitCodes.ok;
}
