import { ChappeProblem, ChappeUnavailable, type ProblemDetails, problemCode } from '../problem.ts';
import { SignInRefused } from '../token-endpoint.ts';
import { type CertificateFault, UntrustedServer } from '../untrusted-server.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Text } from './language.ts';
import { NothingFound } from './nothing-found.ts';
import { problemAdvice } from './problem-advice.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** An error in the words of its reader, and the exit code that says its sort. */
export interface Explanation {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly lines: readonly string[];
  readonly problem?: ProblemDetails;
}

/** Puts any error into plain words: what happened, its type, how to mend it. */
export function explainError(error: unknown, terminal: Terminal): Explanation {
  const { say } = terminal;
  if (error instanceof UsageError) {
    return {
      exitCode: exitCodes.usage,
      code: 'usage',
      lines: withMend(say(error.text), error.mend, terminal),
    };
  }
  if (error instanceof NothingFound) {
    const lines = withMend(say(error.text), problemAdvice['not-found'], terminal);
    return { exitCode: exitCodes.notFound, code: 'not-found', lines };
  }
  if (error instanceof ChappeProblem) return explainProblem(error.details, terminal);
  if (error instanceof SignInRefused) {
    const what = say({ en: 'Signing in failed', fr: "L'authentification a échoué" });
    return { exitCode: exitCodes.notAllowed, code: error.code, lines: [`${what}: ${error.message}`] };
  }
  if (error instanceof UntrustedServer) {
    const fault = certificateFaults[error.fault](error.host);
    return {
      exitCode: exitCodes.notAllowed,
      code: `certificate-${error.fault}`,
      lines: withMend(say(fault), trusting, terminal),
    };
  }
  if (error instanceof ChappeUnavailable) {
    const told = error.problem?.detail ?? error.problem?.title;
    const what = say({ en: 'Chappe did not answer in time', fr: "Chappe n'a pas répondu à temps" });
    const lines = withMend(`${what}: ${told ?? error.message}${causeOf(error)}`, waiting, terminal);
    return {
      exitCode: exitCodes.unavailable,
      code: 'unavailable',
      lines,
      ...(error.problem === undefined ? {} : { problem: error.problem }),
    };
  }
  if (terminal.signal.aborted) return { exitCode: exitCodes.interrupted, code: 'interrupted', lines: [] };
  const message = error instanceof Error ? error.message : String(error);
  const what = say({ en: 'Something unexpected happened', fr: "Une erreur inattendue s'est produite" });
  return {
    exitCode: exitCodes.unexpected,
    code: 'unexpected',
    lines: [`${what}: ${message}${causeOf(error)}`],
  };
}

/** Puts a problem detail into plain words. */
export function explainProblem(problem: ProblemDetails, terminal: Terminal): Explanation {
  const code = problemCode(problem);
  const lines = [problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`];
  for (const { pointer, detail, code: fault } of problem.errors ?? []) {
    lines.push(`  ${pointer ?? '/'}: ${detail ?? fault ?? ''}`);
  }
  const typeLabel = terminal.say({ en: 'type', fr: 'type' });
  lines.push(terminal.colours.dim(`  ${typeLabel}: ${problem.type} (${problem.status})`));
  if (problem.traceId !== undefined) lines.push(terminal.colours.dim(`  trace: ${problem.traceId}`));
  const advice = problemAdvice[code];
  if (advice !== undefined) lines.push(mendLine(advice, terminal));
  return { exitCode: exitCodeOf(problem.status), code, lines, problem };
}

/** The exit code for an HTTP status of the server. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return exitCodes.notAllowed;
  if (status === 404) return exitCodes.notFound;
  if (status === 408 || status === 429 || status >= 500) return exitCodes.unavailable;
  return exitCodes.refused;
}

const certificateFaults: Readonly<Record<CertificateFault, (host: string) => Text>> = {
  'self-signed': (host) => ({
    en: `The certificate of ${host} is its own word alone (self-signed). Nothing was sent.`,
    fr: `Le certificat de ${host} n'est garanti que par lui-même (auto-signé). Rien n'a été envoyé.`,
  }),
  'unknown-authority': (host) => ({
    en: `The certificate of ${host} is vouched for by an authority that this machine does not know. Nothing was sent.`,
    fr: `Le certificat de ${host} vient d'une autorité que cette machine ne connaît pas. Rien n'a été envoyé.`,
  }),
  'other-name': (host) => ({
    en: `The certificate shown by ${host} is of another name. Nothing was sent.`,
    fr: `Le certificat présenté par ${host} est d'un autre nom. Rien n'a été envoyé.`,
  }),
  expired: (host) => ({
    en: `The certificate of ${host} has expired. Nothing was sent.`,
    fr: `Le certificat de ${host} a expiré. Rien n'a été envoyé.`,
  }),
  'not-yet-valid': (host) => ({
    en: `The certificate of ${host} is not valid yet: compare the clocks. Nothing was sent.`,
    fr: `Le certificat de ${host} n'est pas encore valable : comparez les horloges. Rien n'a été envoyé.`,
  }),
  revoked: (host) => ({
    en: `The certificate of ${host} was revoked. Nothing was sent.`,
    fr: `Le certificat de ${host} a été révoqué. Rien n'a été envoyé.`,
  }),
};

const trusting: Text = {
  en: 'check the address and tell the operator; an authority of your own is made known by NODE_EXTRA_CA_CERTS=FILE',
  fr: "vérifiez l'adresse et prévenez l'exploitant ; une autorité à vous se déclare par NODE_EXTRA_CA_CERTS=FICHIER",
};

const waiting: Text = {
  en: 'repeat the command in a moment; `chappe doctor` looks for the cause on a local stack',
  fr: 'répétez la commande dans un instant ; « chappe doctor » cherche la cause sur une plateforme locale',
};

function withMend(line: string, mend: Text | undefined, terminal: Terminal): string[] {
  return mend === undefined ? [line] : [line, mendLine(mend, terminal)];
}

function mendLine(mend: Text, terminal: Terminal): string {
  return `  ${terminal.say({ en: 'what to do', fr: 'que faire' })}: ${terminal.say(mend)}`;
}

/** The innermost cause: fetch says only "fetch failed", and what failed is below. */
function causeOf(error: unknown): string {
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return '';
  const text = cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
  return text === '' ? '' : ` (${text})`;
}
