import {
  changeEntries,
  changesFile,
  type DirectoryEntries,
  type DirectoryProblem,
  entryLists,
  judgeDirectoryFiles,
  releaseFile,
  validateEntries,
} from '@chappe/directory';
import type { ProposedContent } from './proposal.ts';
import { tooFewAdministrators } from './require-administrators.ts';

/** A fault of a proposal: its place in the request (RFC 6901), or after `release:` in the release in force. */
export interface ProposalFinding {
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
}

/** The entries that a proposal stands for, or every reason why they cannot be a release. */
export type ProposalJudgement =
  | { readonly status: 'sound'; readonly entries: DirectoryEntries }
  | { readonly status: 'refused'; readonly findings: readonly ProposalFinding[] };

/** What a proposal is judged against. */
export interface ProposalContext {
  /** The content in force. */
  readonly base: DirectoryEntries;
  /** For an older content again: that content; undefined when there is no such release. */
  readonly older: DirectoryEntries | undefined;
  readonly issuer: string;
  readonly nowMs: number;
}

/** Judges what is proposed as the whole that it would be, and reports every fault at once. */
export function judgeProposal(content: ProposedContent, context: ProposalContext): ProposalJudgement {
  const judged = judgeContent(content, context);
  if (judged.status === 'refused') return judged;
  const lonely = tooFewAdministrators(judged.entries, context.nowMs);
  if (lonely === null) return judged;
  return { status: 'refused', findings: [{ code: 'too-few-administrators', pointer: '', detail: lonely }] };
}

function judgeContent(content: ProposedContent, { base, older, issuer }: ProposalContext): ProposalJudgement {
  switch (content.kind) {
    case 'FILES': {
      const repeated = repeatedNames(content.files.map(({ name }) => name));
      if (repeated.length > 0) return { status: 'refused', findings: repeated };
      const places = new Map(content.files.map(({ name }, at) => [name, `/files/${at}/content`]));
      return placed(judgeDirectoryFiles(content.files, issuer), ({ file, pointer }) => {
        const place = places.get(file);
        return place === undefined ? '/files' : place + pointer;
      });
    }
    case 'CHANGES':
      return placed(changeEntries(base, content.changes, issuer), ({ file, pointer, key }) => {
        if (isList(key)) return `${releaseFile}:/${key}`;
        return file === changesFile ? `/changes${pointer}` : `${releaseFile}:${pointer}`;
      });
    default: {
      if (older === undefined) {
        const detail = 'There is no older release of this number.';
        return refused([{ code: 'unknown-release', pointer: '/rollForwardTo', detail }]);
      }
      // What was sound then may break a rule that has come since.
      const problems = validateEntries(older);
      return problems.length === 0
        ? { status: 'sound', entries: older }
        : placed({ status: 'refused', problems }, () => '/rollForwardTo');
    }
  }
}

type Judged =
  | { readonly status: 'sound'; readonly entries: DirectoryEntries }
  | { readonly status: 'refused'; readonly problems: readonly DirectoryProblem[] };

function placed(judged: Judged, placeOf: (problem: DirectoryProblem) => string): ProposalJudgement {
  if (judged.status === 'sound') return judged;
  return refused(
    judged.problems.map((problem) => ({
      code: problem.code,
      pointer: placeOf(problem),
      detail: isList(problem.key) ? problem.detail : `${problem.key}: ${problem.detail}`,
    })),
  );
}

function refused(findings: readonly ProposalFinding[]): ProposalJudgement {
  return { status: 'refused', findings };
}

function repeatedNames(names: readonly string[]): readonly ProposalFinding[] {
  return names.flatMap((name, at) =>
    names.indexOf(name) === at
      ? []
      : [
          {
            code: 'duplicate',
            pointer: `/files/${at}/name`,
            detail: 'Another file has this name: rename it.',
          },
        ],
  );
}

function isList(key: string): boolean {
  return entryLists.some((list) => list === key);
}
