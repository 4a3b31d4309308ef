import {
  type DirectoryProposal,
  type DirectoryProposalInWords,
  type DirectoryRelease,
  isProposal,
  isProposalInWords,
  isRelease,
  type ProposalState,
  type ProposedDirectory,
} from './directory-model.ts';
import { addRehearsedPart, nothingRehearsed, type Rehearsal } from './directory-rehearsal.ts';
import { UnexpectedAnswer } from './problem.ts';
import { type ApiRequest, answeredObject, type Transport } from './transport.ts';
import { uuidV7 } from './uuid-v7.ts';

/** The directory as its administrators work on it. Everything throws ChappeProblem or ChappeUnavailable. */
export interface DirectoryAdministration {
  /** Proposes on the release in force unless told otherwise. Safe to repeat under the same submission id. */
  propose(
    proposed: ProposedDirectory,
    options: { readonly reason: string; readonly baseRelease?: number; readonly submissionId?: string },
  ): Promise<DirectoryProposalInWords>;
  /** The latest first. */
  proposals(query?: {
    readonly state?: ProposalState;
    readonly limit?: number;
  }): Promise<readonly DirectoryProposal[]>;
  proposal(proposalId: string): Promise<DirectoryProposalInWords>;
  /** Makes it the next release; whoever proposed it is refused. */
  approve(proposalId: string, reason?: string): Promise<DirectoryProposal>;
  reject(proposalId: string, reason: string): Promise<DirectoryProposal>;
  withdraw(proposalId: string, reason?: string): Promise<DirectoryProposal>;
  /** The number of the release in force. */
  currentRelease(): Promise<number>;
  releases(query?: { readonly limit?: number }): Promise<readonly DirectoryRelease[]>;
  /** All that a release holds, as one file; the server records who read it. */
  content(release: number): Promise<Readonly<Record<string, unknown>>>;
  /** Asks the router, part by part, what a proposal would have made of the decisions of the last days. */
  rehearse(proposalId: string, options?: RehearsalOptions): Promise<Rehearsal>;
}

/** Which past decisions a rehearsal looks at. */
export interface RehearsalOptions {
  /** 7 unless given. */
  readonly days?: number;
  /** At most so many, the latest; 5,000 unless given. */
  readonly most?: number;
  readonly nowMs?: number;
  readonly onProgress?: (rehearsed: number, total: number) => void;
}

const proposalsPath = '/v1/directory/proposals';
const releasesPath = '/v1/directory/releases';
const dayMs = 24 * 3_600_000;
const partSize = 500;

/** Makes the administration of one client's directory; every act needs a person's token. */
export function createDirectoryAdministration(transport: Pick<Transport, 'read'>): DirectoryAdministration {
  const get = async (path: string, query: ApiRequest['query'] = {}) =>
    answeredObject(await transport.read({ method: 'GET', path, query }));
  const post = async (path: string, body: object) =>
    answeredObject(await transport.read({ method: 'POST', path, body }));
  const decide = async (proposalId: string, act: string, reason: string | undefined) =>
    checked(
      await post(`${pathOf(proposalId)}/${act}`, reason === undefined ? {} : { reason }),
      isProposal,
      'a proposal',
    );

  async function currentRelease(): Promise<number> {
    const { number } = await get(`${releasesPath}/current`);
    if (typeof number !== 'number') throw new UnexpectedAnswer('the release in force has no number');
    return number;
  }

  return {
    async propose(proposed, { reason, baseRelease, submissionId = uuidV7() }) {
      const body = {
        submissionId,
        baseRelease: baseRelease ?? (await currentRelease()),
        reason,
        ...proposed,
      };
      return checked(await post(proposalsPath, body), isProposalInWords, 'a proposal');
    },
    proposals: async (query = {}) => checkedList(await get(proposalsPath, query), isProposal),
    proposal: async (proposalId) => checked(await get(pathOf(proposalId)), isProposalInWords, 'a proposal'),
    approve: (proposalId, reason) => decide(proposalId, 'approval', reason),
    reject: (proposalId, reason) => decide(proposalId, 'rejection', reason),
    withdraw: (proposalId, reason) => decide(proposalId, 'withdrawal', reason),
    currentRelease,
    releases: async (query = {}) => checkedList(await get(releasesPath, query), isRelease),
    content: (release) => get(`${releasesPath}/${release}/content`),
    async rehearse(proposalId, { days = 7, most = 5_000, nowMs = Date.now(), onProgress } = {}) {
      const { baseRelease, changes } = await get(`${pathOf(proposalId)}/changes`);
      const since = new Date(nowMs - days * dayMs).toISOString();
      let sum = nothingRehearsed;
      let next: unknown;
      do {
        const limit = Math.min(partSize, most - sum.rehearsed - sum.skipped);
        const place = typeof next === 'string' ? { cursor: next } : {};
        const part = await post('/v1/routing/rehearsals', { baseRelease, changes, since, limit, ...place });
        sum = addRehearsedPart(sum, part);
        next = part.next;
        onProgress?.(sum.rehearsed + sum.skipped, Math.min(sum.total, most));
      } while (typeof next === 'string' && sum.rehearsed + sum.skipped < most);
      return sum;
    },
  };
}

function pathOf(proposalId: string): string {
  return `${proposalsPath}/${encodeURIComponent(proposalId)}`;
}

function checked<T>(answer: unknown, is: (value: unknown) => value is T, what: string): T {
  if (!is(answer)) throw new UnexpectedAnswer(`the answer is not ${what}`);
  return answer;
}

function checkedList<T>(
  { items }: Record<string, unknown>,
  is: (value: unknown) => value is T,
): readonly T[] {
  if (!Array.isArray(items) || !items.every(is)) {
    throw new UnexpectedAnswer('the answer is not a list of what was asked for');
  }
  return items;
}
