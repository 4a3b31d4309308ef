import {
  type CaseResult,
  type DeadLetterService,
  isCaseResult,
  isLetterCase,
  isLetterHistory,
  isLetterResult,
  isStandingLetter,
  type LetterCase,
  type LetterHistory,
  type LetterName,
  type LetterResult,
  type StandingLetter,
} from './dead-letter-model.ts';
import { UnexpectedAnswer } from './problem.ts';
import { type ApiRequest, answeredObject, type Transport } from './transport.ts';

/** A page of a list, and where it goes on. */
export interface LetterPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * The dead letters of the services, for operators: where they are and why, never what they say. Each act is safe
 * to repeat. Everything throws ChappeProblem or ChappeUnavailable.
 */
export interface DeadLetters {
  /** The newest first. */
  list(
    service: DeadLetterService,
    query?: { readonly group?: string; readonly limit?: number; readonly cursor?: string },
  ): Promise<LetterPage<StandingLetter>>;
  /** One letter, with everything that was tried and decided; also when Kafka no longer has it. */
  read(service: DeadLetterService, letter: LetterName): Promise<LetterHistory>;
  /** Applies letters again with the bytes that they hold, up to 20 at once. */
  replay(
    service: DeadLetterService,
    letters: readonly LetterName[],
    reason: string,
  ): Promise<readonly LetterResult[]>;
  /** Proposes that letters be given up for good, or taken up again; another person decides. */
  propose(
    service: DeadLetterService,
    act: LetterCase['act'],
    letters: readonly LetterName[],
    reason: string,
  ): Promise<readonly LetterResult[]>;
  cases(
    service: DeadLetterService,
    query?: { readonly state?: LetterCase['state']; readonly limit?: number; readonly before?: string },
  ): Promise<LetterPage<LetterCase>>;
  /** Decides what another person proposed, or withdraws an own proposal. */
  decide(
    service: DeadLetterService,
    decision: 'APPROVE' | 'REJECT' | 'WITHDRAW',
    cases: readonly string[],
    reason?: string,
  ): Promise<readonly CaseResult[]>;
}

/** Makes the operator's side of one client. */
export function createDeadLetters(transport: Pick<Transport, 'read'>): DeadLetters {
  const get = async (path: string, query: ApiRequest['query'] = {}) =>
    answeredObject(await transport.read({ method: 'GET', path, query }));
  const post = async (path: string, body: object) =>
    answeredObject(await transport.read({ method: 'POST', path, body }));

  return {
    list: async (service, query = {}) => pageOf(await get(pathOf(service), query), isStandingLetter),
    async read(service, { group, partition, offset }) {
      const place = [group, partition, offset].map((part) => encodeURIComponent(part)).join('/');
      const found = await get(`${pathOf(service)}/letters/${place}`);
      if (!isLetterHistory(found)) throw new UnexpectedAnswer('the answer is not a dead letter');
      return found;
    },
    replay: async (service, letters, reason) =>
      pageOf(
        await post(`${pathOf(service)}/replays`, { letters: letters.map(placeOf), reason }),
        isLetterResult,
      ).items,
    propose: async (service, act, letters, reason) =>
      pageOf(
        await post(`${pathOf(service)}/cases`, { act, letters: letters.map(placeOf), reason }),
        isLetterResult,
      ).items,
    cases: async (service, query = {}) => pageOf(await get(`${pathOf(service)}/cases`, query), isLetterCase),
    decide: async (service, decision, cases, reason) =>
      pageOf(
        await post(`${pathOf(service)}/cases/decisions`, {
          decision,
          cases,
          ...(reason === undefined ? {} : { reason }),
        }),
        isCaseResult,
      ).items,
  };
}

function pathOf(service: DeadLetterService): string {
  return `/v1/operations/${service}/dead-letters`;
}

function placeOf({ group, partition, offset }: LetterName): LetterName {
  return { group, partition, offset };
}

function pageOf<T>(
  { items, next }: Record<string, unknown>,
  is: (value: unknown) => value is T,
): LetterPage<T> {
  if (!Array.isArray(items) || !items.every(is)) {
    throw new UnexpectedAnswer('the answer is not a list of what was asked for');
  }
  return typeof next === 'string' ? { items, next } : { items };
}
