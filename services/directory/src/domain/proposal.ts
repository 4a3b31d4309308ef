import type { DirectoryFile, EntryChange } from '@chappe/directory';

/** What somebody proposes: a whole content in files, changes of single entries, or an older content again. */
export type ProposedContent =
  | { readonly kind: 'FILES'; readonly files: readonly DirectoryFile[] }
  | { readonly kind: 'CHANGES'; readonly changes: readonly EntryChange[] }
  | { readonly kind: 'ROLL_FORWARD'; readonly release: number };

/** Where a proposal stands; it leaves OPEN once and for good. */
export type ProposalState = 'OPEN' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN';

/** A proposal as it is kept. */
export interface Proposal {
  readonly proposalId: string;
  readonly state: ProposalState;
  readonly kind: ProposedContent['kind'];
  /** The release whose content it changes. */
  readonly baseRelease: number;
  /** The older release whose content it brings back. */
  readonly rollForwardTo: number | null;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAtMs: number;
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  readonly decisionReason: string | null;
  /** The release that its approval made. */
  readonly release: number | null;
  /** How many entries it adds, removes and changes. */
  readonly differences: number;
}
