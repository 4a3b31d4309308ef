import type { DirectoryRelease } from '../../directory-model.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import { relativeTime } from '../relative-time.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { type DirectoryOptions, openAdministration, resolveProposal } from './directory-connect.ts';
import { differenceLines, nextStepLines, proposalLines, proposalTable } from './directory-lines.ts';
import { rehearsalLines } from './directory-rehearsal-lines.ts';

/** Prints a proposal, or those that wait. */
export async function show(
  terminal: Terminal,
  name: string | undefined,
  options: DirectoryOptions,
): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  if (name === undefined) {
    const items = await directory.proposals(options.all === true ? {} : { state: 'OPEN' });
    if (options.json === true) printJson(terminal, { items });
    else for (const line of proposalTable(items, terminal)) terminal.out(line);
    return exitCodes.ok;
  }
  const proposal = await directory.proposal(await resolveProposal(directory, name));
  if (options.json === true) printJson(terminal, proposal);
  else {
    for (const line of proposalLines(proposal, terminal)) terminal.out(line);
    for (const line of differenceLines(proposal, terminal)) terminal.out(line);
    for (const line of nextStepLines(proposal, terminal)) terminal.out(line);
  }
  return exitCodes.ok;
}

/** Prints what a proposal changes, with what stands and what would stand in each field. */
export async function diff(terminal: Terminal, name: string, options: DirectoryOptions): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const proposal = await directory.proposal(await resolveProposal(directory, name));
  if (options.json === true) printJson(terminal, { items: proposal.items });
  else for (const line of differenceLines(proposal, terminal, 'fields')) terminal.out(line);
  return exitCodes.ok;
}

/** Prints what a proposal would have made of past decisions. */
export async function rehearse(
  terminal: Terminal,
  name: string,
  options: DirectoryOptions,
): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const proposalId = await resolveProposal(directory, name);
  const { days, most } = options;
  const quiet = options.json === true || terminal.width === undefined;
  const rehearsal = await directory.rehearse(proposalId, {
    ...(days === undefined ? {} : { days }),
    ...(most === undefined ? {} : { most }),
    nowMs: terminal.nowMs(),
    onProgress: (done, total) => {
      if (!quiet) terminal.err(terminal.colours.dim(`${done} / ${total}`));
    },
  });
  if (options.json === true) printJson(terminal, rehearsal);
  else for (const line of rehearsalLines(rehearsal, terminal)) terminal.out(line);
  return exitCodes.ok;
}

/** Prints the releases that were. */
export async function history(terminal: Terminal, options: DirectoryOptions): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const items = await directory.releases({ limit: options.limit ?? 20 });
  if (options.json === true) {
    printJson(terminal, { items });
    return exitCodes.ok;
  }
  const { say, language } = terminal;
  const columns: Column<DirectoryRelease>[] = [
    { head: say({ en: 'RELEASE', fr: 'VERSION' }), cell: ({ number }) => String(number) },
    {
      head: say({ en: 'APPROVED', fr: 'APPROUVÉE' }),
      cell: ({ approvedAt }) => relativeTime(approvedAt, terminal.nowMs(), language),
    },
    { head: say({ en: 'PROPOSED BY', fr: 'PROPOSÉE PAR' }), cell: ({ proposedBy }) => proposedBy },
    { head: say({ en: 'APPROVED BY', fr: 'APPROUVÉE PAR' }), cell: ({ approvedBy }) => approvedBy },
    {
      head: say({ en: 'REASON', fr: 'MOTIF' }),
      cell: ({ reason }) => reason ?? say({ en: '(installed)', fr: '(installée)' }),
      flexible: true,
    },
  ];
  for (const line of formatTable(columns, items, terminal.width)) terminal.out(line);
  return exitCodes.ok;
}

/** Prints the content of a release as one file. */
export async function exportContent(
  terminal: Terminal,
  release: string | undefined,
  options: DirectoryOptions,
): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const number = release === undefined ? await directory.currentRelease() : Number(release);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new UsageError({ en: `not a release: ${release}`, fr: `ce n'est pas une version : ${release}` });
  }
  printJson(terminal, await directory.content(number));
  return exitCodes.ok;
}
