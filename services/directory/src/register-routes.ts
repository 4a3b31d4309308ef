import type { DirectorySnapshot } from '@chappe/directory';
import type { Pool } from '@chappe/postgres';
import type { HttpServer } from '@chappe/service-kit';
import { registerDirectoryRoutes } from './adapters/http-directory.ts';
import { registerProposalRoutes } from './adapters/http-proposals.ts';
import { registerReleaseRoutes } from './adapters/http-releases.ts';
import { decideProposal } from './adapters/postgres-decide-proposal.ts';
import { exportRelease } from './adapters/postgres-export-release.ts';
import { listProposals } from './adapters/postgres-proposals.ts';
import { readProposal } from './adapters/postgres-read-proposal.ts';
import type { ReleaseStore } from './adapters/postgres-releases.ts';
import { submitProposal } from './adapters/postgres-submit-proposal.ts';

/** What the routes are served from. */
export interface RouteParts {
  readonly pool: Pool;
  readonly releases: ReleaseStore;
  readonly issuer: string;
  readonly mostOpenProposals: number;
  currentDirectory(): DirectorySnapshot;
  /** A release waits to be published. */
  onReleased(): void;
  /** Something waits in the outbox. */
  nudgeRelay(): void;
  nowMs(): number;
}

/** Registers what everybody asks of the directory, and what its administrators do. */
export function registerRoutes(app: HttpServer, parts: RouteParts): void {
  const { pool, releases } = parts;
  const ports = { ...parts, mostOpen: parts.mostOpenProposals };
  registerDirectoryRoutes(app, parts);
  registerProposalRoutes(app, {
    submit: (submission) => submitProposal(submission, ports),
    decide: (spoken) => decideProposal(spoken, ports),
    read: (proposalId) => readProposal(proposalId, ports),
    list: (query) => listProposals(pool, query),
  });
  registerReleaseRoutes(app, {
    history: (query) => releases.history(query),
    export: (release, asked) => exportRelease(release, asked, ports),
  });
}
