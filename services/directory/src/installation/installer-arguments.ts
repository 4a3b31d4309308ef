import { parseArgs } from 'node:util';
import type { InBothLanguages } from '../domain/installation-finding.ts';
import type { NamedPerson } from '../domain/judge-first-release.ts';

/** What the administrator asks for. */
export interface InstallationRequest {
  /** A folder of directory files, or one file. */
  readonly path: string;
  readonly proposedBy: NamedPerson;
  readonly approvedBy: NamedPerson;
  readonly reason: string;
  /** Installs without asking. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** How long to wait for the service to publish. */
  readonly waitMs: number;
}

/** The command line as it was meant, or everything that is wrong with it. */
export type ArgumentReading =
  | { readonly status: 'read'; readonly request: InstallationRequest }
  | { readonly status: 'help' }
  | { readonly status: 'wrong'; readonly faults: readonly InBothLanguages[] };

const shortestReason = 3;
const longestReason = 500;
const longestWaitS = 600;

const options = {
  files: { type: 'string' },
  'proposed-by': { type: 'string' },
  'approved-by': { type: 'string' },
  reason: { type: 'string' },
  wait: { type: 'string', default: '30' },
  lang: { type: 'string' },
  yes: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the command line of the installer; `issuer` is that of the service's own configuration. */
export function readInstallerArguments(args: readonly string[], issuer: string): ArgumentReading {
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { status: 'wrong', faults: [{ fr: text, en: text }] };
  }
  if (values.help === true) return { status: 'help' };
  const { files = '', reason = '', wait } = values;
  const waitS = /^\d{1,4}$/.test(wait) ? Number(wait) : Number.NaN;
  const faults = [
    ...(['files', 'proposed-by', 'approved-by'] as const)
      .filter((name) => (values[name] ?? '') === '')
      .map((name) => ({ fr: `--${name} manque`, en: `--${name} is missing` })),
    ...(reason.trim().length >= shortestReason && reason.length <= longestReason
      ? []
      : [
          {
            fr: `--reason dit pourquoi, en ${shortestReason} à ${longestReason} caractères`,
            en: `--reason says why, in ${shortestReason} to ${longestReason} characters`,
          },
        ]),
    ...(waitS <= longestWaitS
      ? []
      : [
          {
            fr: `--wait est un nombre de secondes, au plus ${longestWaitS}`,
            en: `--wait is a number of seconds, at most ${longestWaitS}`,
          },
        ]),
  ];
  if (faults.length > 0) return { status: 'wrong', faults };
  return {
    status: 'read',
    request: {
      path: files,
      proposedBy: personNamed(values['proposed-by'] ?? '', issuer),
      approvedBy: personNamed(values['approved-by'] ?? '', issuer),
      reason: reason.trim(),
      yes: values.yes === true,
      dryRun: values['dry-run'] === true,
      json: values.json === true,
      waitMs: waitS * 1_000,
    },
  };
}

/** `ISSUER#SUBJECT`, or a subject alone at this installation's issuer. An issuer has no fragment (RFC 8414). */
function personNamed(text: string, issuer: string): NamedPerson {
  const [, named, subject] = /^(https?:\/\/[^#]+)#(.+)$/s.exec(text) ?? [];
  return named === undefined || subject === undefined
    ? { issuer, subject: text }
    : { issuer: named, subject };
}
