import type { Role, Subject } from '@chappe/policy';
import type { ReceiptAct } from './give-receipt.ts';
import type { PersonReceiptType, ReceiptChannel } from './receipt-state.ts';

/** A receipt as a request gives it. */
export interface ReceiptRequest {
  readonly type: PersonReceiptType;
  readonly reason?: string;
  readonly transferredTo?: string;
  readonly channel?: ReceiptChannel;
  /** The function of whoever gave it by phone or on paper. */
  readonly givenBy?: string;
}

/** Something wrong in a request that its schema cannot see. */
export interface RequestFinding {
  readonly pointer: string;
  readonly code: 'missing-field' | 'invalid-value' | 'unknown-field';
  readonly detail: string;
}

/** The act that a request asks for, or what is wrong with it. */
export type ReadReceiptRequest =
  | { readonly status: 'read'; readonly act: ReceiptAct }
  | { readonly status: 'invalid'; readonly findings: readonly RequestFinding[] };

/** Functions that answer for their colleagues' matters. */
const heads: readonly Role[] = ['desk-head', 'releaser'];

/**
 * Makes an act of a request. By SYSTEM it is the caller's own, in the caller's function; by PHONE or PAPER the
 * caller writes down what a colleague gave, whose function it names, and answers for it.
 */
export function readReceiptRequest(
  request: ReceiptRequest,
  subject: Subject,
  nowMs: number,
): ReadReceiptRequest {
  const findings = findingsOf(request);
  if (findings.length > 0) return { status: 'invalid', findings };
  const channel = request.channel ?? 'SYSTEM';
  return {
    status: 'read',
    act: {
      type: request.type,
      person: subject.id,
      position: request.givenBy ?? subject.grants[0]?.position ?? '',
      positions:
        request.givenBy === undefined ? subject.grants.map((grant) => grant.position) : [request.givenBy],
      heads: subject.grants.some((grant) => heads.includes(grant.role)),
      channel,
      reason: request.reason ?? null,
      transferredTo: request.transferredTo ?? null,
      atMs: nowMs,
    },
  };
}

function findingsOf(request: ReceiptRequest): readonly RequestFinding[] {
  const findings: RequestFinding[] = [];
  if (request.type === 'REJECTED' && (request.reason ?? '').trim() === '') {
    findings.push(missing('/reason', 'a rejection says why'));
  }
  if (request.type === 'TRANSFERRED' && request.transferredTo === undefined) {
    findings.push(missing('/transferredTo', 'a hand-over says to whom'));
  }
  if (request.type !== 'TRANSFERRED' && request.transferredTo !== undefined) {
    findings.push({
      pointer: '/transferredTo',
      code: 'unknown-field',
      detail: 'only TRANSFERRED names somebody',
    });
  }
  if (request.givenBy !== undefined && (request.channel ?? 'SYSTEM') === 'SYSTEM') {
    findings.push({
      pointer: '/givenBy',
      code: 'invalid-value',
      detail: 'by SYSTEM a receipt is the caller’s own; PHONE and PAPER write down a colleague’s',
    });
  }
  return findings;
}

function missing(pointer: string, detail: string): RequestFinding {
  return { pointer, code: 'missing-field', detail };
}
