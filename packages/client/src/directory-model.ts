import { isRecord } from './problem.ts';

/** One change of one entry: `entry` whole or null to remove it, or `set` with the fields that change. */
export interface DirectoryChange {
  /** `persons`, `rules`, `correspondents`… as in the files. */
  readonly list: string;
  /** As in a release: `person/person-1`. */
  readonly key: string;
  readonly entry?: Readonly<Record<string, unknown>> | null;
  readonly set?: Readonly<Record<string, unknown>>;
}

/** What is proposed: the whole directory as files, changes of single entries, or an older content again. */
export type ProposedDirectory =
  | { readonly files: readonly { readonly name: string; readonly content: unknown }[] }
  | { readonly changes: readonly DirectoryChange[] }
  | { readonly rollForwardTo: number };

/** Where a proposal stands; it leaves OPEN once and for good. */
export type ProposalState = 'OPEN' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN';

/** A proposal of a next release. Persons are opaque ids. */
export interface DirectoryProposal {
  readonly proposalId: string;
  readonly state: ProposalState;
  readonly kind: string;
  readonly baseRelease: number;
  readonly rollForwardTo: number | null;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly decisionReason: string | null;
  /** The release that its approval made. */
  readonly release: number | null;
  /** How many entries it adds, removes or changes. */
  readonly differences: number;
}

/** How one entry differs, in both languages. */
export interface DirectoryDifference {
  readonly key: string;
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED';
  readonly textFr: string;
  readonly textEn: string;
  /** Without values once the proposal was rejected or withdrawn: these are forgotten. */
  readonly fields: readonly {
    readonly pointer: string;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
}

/** A proposal with the first of its differences. */
export interface DirectoryProposalInWords extends DirectoryProposal {
  readonly items: readonly DirectoryDifference[];
}

/** A release with who answers for it. */
export interface DirectoryRelease {
  readonly number: number;
  readonly sha256: string;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly approvedAt: string;
  /** Null until all of it was published. */
  readonly publishedAt: string | null;
  readonly proposalId: string | null;
  readonly reason: string | null;
  readonly rollForwardTo: number | null;
}

/** Whether a value is a proposal. */
export function isProposal(value: unknown): value is DirectoryProposal {
  return (
    isRecord(value) &&
    hasTexts(value, 'proposalId', 'state', 'reason', 'proposedBy', 'proposedAt') &&
    typeof value.baseRelease === 'number' &&
    typeof value.differences === 'number'
  );
}

/** Whether a value is a proposal that says what it changes. */
export function isProposalInWords(value: unknown): value is DirectoryProposalInWords {
  return (
    isRecord(value) &&
    isProposal(value) &&
    'items' in value &&
    Array.isArray(value.items) &&
    value.items.every(
      (item) =>
        isRecord(item) && hasTexts(item, 'key', 'change', 'textFr', 'textEn') && Array.isArray(item.fields),
    )
  );
}

/** Whether a value is a release. */
export function isRelease(value: unknown): value is DirectoryRelease {
  return (
    isRecord(value) &&
    typeof value.number === 'number' &&
    hasTexts(value, 'sha256', 'proposedBy', 'approvedBy', 'approvedAt')
  );
}

function hasTexts(value: Record<string, unknown>, ...names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}
