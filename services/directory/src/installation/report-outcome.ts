import type { InstallationRequest } from './installer-arguments.ts';
import type { InstallerTerminal } from './installer-terminal.ts';
import { describeEnd, describeFinding, ends } from './installer-words.ts';
import type { InstallationOutcome } from './run-installation.ts';

/** What the exit code says; the numbers mean what they mean for `chappe`. */
export const installerExit = {
  done: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  declined: 4,
  unavailable: 5,
  /** The service's configuration cannot be used (EX_CONFIG, as when the service starts). */
  configuration: 78,
} as const;

/** Tells what came of an installation, and gives the exit code. */
export function reportOutcome(
  outcome: InstallationOutcome,
  { json, reason }: Pick<InstallationRequest, 'json' | 'reason'>,
  terminal: InstallerTerminal,
): number {
  const { language } = terminal;
  if (json) terminal.answer(JSON.stringify(forPrograms(outcome, reason, language), null, 2));
  switch (outcome.status) {
    case 'refused':
      if (json) return installerExit.refused;
      terminal.tell(ends.refused[language]);
      for (const finding of outcome.findings) terminal.tell(describeFinding(finding)[language]);
      return installerExit.refused;
    case 'declined':
    case 'would-install':
      terminal.tell(ends[outcome.status][language]);
      return outcome.status === 'declined' ? installerExit.declined : installerExit.done;
    default:
      terminal.tell(describeEnd(outcome.status, outcome.manifest, outcome.published)[language]);
      return installerExit.done;
  }
}

function forPrograms(outcome: InstallationOutcome, reason: string, language: 'fr' | 'en'): object {
  if (outcome.status === 'refused') {
    const findings = outcome.findings.map((each) => ({ ...each, detail: each.detail[language] }));
    return { status: outcome.status, findings };
  }
  if (!('manifest' in outcome)) return { status: outcome.status };
  const { number, sha256, proposedBy, approvedBy, publishedAt, demonstration } = outcome.manifest;
  return {
    status: outcome.status,
    release: number,
    sha256,
    proposedBy,
    approvedBy,
    approvedAt: new Date(publishedAt).toISOString(),
    demonstration,
    ...(outcome.status === 'installed' ? { reason } : {}),
    published: outcome.published,
  };
}
