import { setTimeout as sleep } from 'node:timers/promises';
import type { ProblemDetails, PublishResult } from '@chappe/client';
import type { ChaosEvent, ChaosNote, Invoked } from '../history/chaos-event.ts';
import type { History } from '../history/open-history.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import type { ChaosClients } from './open-clients.ts';
import type { AcknowledgedSubmission, Submission, SubmissionFate } from './submission.ts';

/** Sends submissions and writes down what their sender sees. */
export interface Submitter {
  /** One submission in a request of its own, repeated until it has its final answer. */
  submit(submission: Submission): Promise<SubmissionFate>;
  /** Many of one sender in requests of many; each has its own fate, at its place. */
  submitBatch(submissions: readonly Submission[]): Promise<readonly SubmissionFate[]>;
  /** Different messages answered 202 until now. */
  acknowledged(): number;
  /** The latest of them, the latest last. */
  recentlyAcknowledged(): readonly AcknowledgedSubmission[];
  /** Submissions that wait for their final answer. */
  underWay(): number;
  /** From now on, what has no answer after so long is given up. */
  giveUpAfter(ms: number): void;
}

const pauseBetweenRoundsMs = 500;
const keptRecent = 300;
/** A refusal of the token is not one of the message: the provider may have been restarted. */
const refusalsOfTheCaller: readonly number[] = [401];

/** Makes the submitter of a run. Repetitions go to any of the replicas. */
export function createSubmitter(options: {
  readonly clients: ChaosClients;
  readonly history: History;
  readonly random: Random;
  readonly urls: readonly (string | undefined)[];
}): Submitter {
  const { clients, history, random, urls } = options;
  const acknowledgedIds = new Set<string>();
  const recent: AcknowledgedSubmission[] = [];
  let underWay = 0;
  let deadlineMs = Number.POSITIVE_INFINITY;

  const givenUp = (): boolean => performance.now() > deadlineMs;
  const clientFor = (sender: string) => clients.of(sender, random.pick(urls));
  const note = (submission: Submission, event: AnswerNote): void =>
    history.append({
      ...event,
      client: senderName(submission.sender),
      op: 'submit',
      submissionId: submission.request.submissionId,
      variant: submission.variant,
    });

  function acknowledge(submission: Submission, messageId: string, reference: string): SubmissionFate {
    note(submission, { what: 'answer', status: 202, messageId });
    if (!acknowledgedIds.has(messageId)) {
      acknowledgedIds.add(messageId);
      recent.push({ submission, messageId, reference });
      if (recent.length > keptRecent) recent.shift();
    }
    return { outcome: 'acknowledged', messageId, reference };
  }

  /** The fate that a result settles; undefined while the submission is worth repeating. */
  function settle(submission: Submission, result: PublishResult): SubmissionFate | undefined {
    if (result.outcome === 'accepted') return acknowledge(submission, result.messageId, result.reference);
    noteProblem(submission, result.problem, 'cause' in result ? codeOf(result.cause) : 'refused');
    if (result.outcome !== 'refused') return undefined;
    const { status, type } = result.problem;
    if (status === 429 || refusalsOfTheCaller.includes(status)) return undefined;
    return { outcome: 'refused', status, problemType: type };
  }

  function noteProblem(submission: Submission, problem: ProblemDetails | undefined, code: string): void {
    note(
      submission,
      problem === undefined
        ? { what: 'no-answer', code }
        : { what: 'answer', status: problem.status, problemType: problem.type },
    );
  }

  function giveUp(submission: Submission): SubmissionFate {
    note(submission, { what: 'no-answer', code: 'given up' });
    return { outcome: 'given-up' };
  }

  async function counted<T>(count: number, work: () => Promise<T>): Promise<T> {
    underWay += count;
    try {
      return await work();
    } finally {
      underWay -= count;
    }
  }

  async function submit(submission: Submission): Promise<SubmissionFate> {
    let attempt = 1;
    for (;;) {
      history.append(invocation(submission, 'submit', attempt));
      try {
        const result = await clientFor(submission.sender).publish(submission.request, {
          onRetry({ problem }) {
            noteProblem(submission, problem, 'unanswered');
            attempt += 1;
            history.append(invocation(submission, 'submit', attempt));
          },
        });
        const fate = settle(submission, result);
        if (fate !== undefined) return fate;
      } catch (error) {
        note(submission, { what: 'no-answer', code: `no-token ${codeOf(error)}` });
      }
      if (givenUp()) return giveUp(submission);
      attempt += 1;
      await sleep(pauseBetweenRoundsMs);
    }
  }

  async function submitBatch(submissions: readonly Submission[]): Promise<readonly SubmissionFate[]> {
    const fates = new Map<Submission, SubmissionFate>();
    let open = submissions;
    for (let attempt = 1; open.length > 0; attempt += 1) {
      for (const each of open) history.append(invocation(each, 'submit', attempt));
      const results = await publishAll(open);
      open = open.filter((each, place) => {
        const result = results[place];
        const fate = result === undefined ? undefined : settle(each, result);
        if (fate !== undefined) fates.set(each, fate);
        else if (givenUp()) fates.set(each, giveUp(each));
        return !fates.has(each);
      });
      if (open.length > 0) await sleep(pauseBetweenRoundsMs);
    }
    return submissions.map((each) => fates.get(each) ?? { outcome: 'given-up' });
  }

  async function publishAll(open: readonly Submission[]): Promise<readonly PublishResult[]> {
    const [first] = open;
    if (first === undefined) return [];
    try {
      return await clientFor(first.sender).publishBatch(open.map((each) => each.request));
    } catch (error) {
      for (const each of open) note(each, { what: 'no-answer', code: `no-token ${codeOf(error)}` });
      return [];
    }
  }

  return {
    submit: (submission) => counted(1, () => submit(submission)),
    submitBatch: (submissions) => counted(submissions.length, () => submitBatch(submissions)),
    acknowledged: () => acknowledgedIds.size,
    recentlyAcknowledged: () => recent,
    underWay: () => underWay,
    giveUpAfter(ms) {
      deadlineMs = performance.now() + ms;
    },
  };
}

/** What an answer, or its absence, says besides whose it is. */
type AnswerNote =
  | Pick<Extract<ChaosEvent, { what: 'answer' }>, 'what' | 'status' | 'messageId' | 'problemType'>
  | Pick<Extract<ChaosEvent, { what: 'no-answer' }>, 'what' | 'code'>;

/** The name under which a correspondent's sender notes what it does. */
export function senderName(correspondent: string): string {
  return `sender ${correspondent}`;
}

/** The note of a request about to be made. */
export function invocation(submission: Submission, op: Invoked['op'], attempt: number): ChaosNote {
  const { request, sender, lane, expect, variant, threadId, refersTo, addressees } = submission;
  return {
    what: 'invoke',
    client: senderName(sender),
    op,
    submissionId: request.submissionId,
    kind: request.kind,
    lane,
    correspondent: sender,
    attempt,
    variant,
    // What stays the same over the attempts is noted once.
    ...(attempt === 1
      ? {
          expect,
          ...(threadId === undefined ? {} : { threadId }),
          ...(refersTo === undefined ? {} : { refersTo }),
          ...(addressees === undefined ? {} : { addressees }),
        }
      : {}),
  };
}

/** A short word for why nothing came back. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause !== undefined && cause !== error) return codeOf(cause);
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.name;
}
