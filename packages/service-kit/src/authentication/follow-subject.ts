import type { Subject } from '@chappe/policy';
import { Problem } from '../problems/problem.ts';
import type { ResolveSubject } from './authenticate-request.ts';
import type { TokenVerifier } from './create-token-verifier.ts';

/** The holder of a request as the directory sees it later; null once it may no longer act for its correspondent. */
export type SubjectNow = () => Subject | null;

/** Begins to follow whoever made a request, for answers that take longer than rights last. */
export type FollowSubject = (
  credentials: { readonly authorization?: string | undefined },
  subject: Subject,
) => Promise<SubjectNow>;

/**
 * Follows the holder of a token through the releases of the directory. That the token ends is no matter here: it
 * proved who asked when the answer began.
 */
export function createSubjectFollower(ports: {
  verifyToken: TokenVerifier;
  resolveSubject: ResolveSubject;
  nowMs?: () => number;
}): FollowSubject {
  const nowMs = ports.nowMs ?? Date.now;
  return async ({ authorization }, { correspondent }) => {
    const verdict = await ports.verifyToken(authorization?.slice('bearer '.length).trim() ?? '');
    if (verdict.status === 'refused') throw new Problem(verdict.code);
    return () => {
      const resolution = ports.resolveSubject(verdict, correspondent, nowMs());
      return resolution?.status === 'resolved' ? resolution.subject : null;
    };
  };
}
