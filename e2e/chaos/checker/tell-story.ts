import type { Evidence } from '../evidence/evidence.ts';
import type { ChaosEvent, Invoked } from '../history/chaos-event.ts';
import type { Violation } from './violation.ts';

const mostEvents = 400;
/** Around a number at which a reader saw something wrong. */
const numbersAround = 5;

/** A message of the story, and the submission that it came from. */
interface Cast {
  readonly submissions: ReadonlySet<string>;
  readonly messages: ReadonlySet<string>;
}

/**
 * All that every client did and saw of a violation's message and its thread, in time order, then where the
 * system shows it and where it does not. A broken stream or number is told from what its readers saw there.
 */
export function tellStory(violation: Violation, events: Iterable<ChaosEvent>, evidence: Evidence): string[] {
  const cast = castOf(violation, events, evidence);
  const told: string[] = [];
  let left = 0;
  for (const event of events) {
    if (!concerns(event, cast, violation)) continue;
    if (told.length < mostEvents) told.push(`  ${line(event)}`);
    else left += 1;
  }
  return [
    `${violation.invariant}: ${violation.text}`,
    'What the clients did and saw:',
    ...told,
    ...(left === 0 ? [] : [`  … and ${left} more`]),
    'What the system shows after the end:',
    ...[...cast.messages].flatMap((messageId) => shownOf(messageId, cast, evidence)),
  ];
}

/** The thread of the message: what has its id, what refers to it, what carries the same thread. */
function castOf({ messageId }: Violation, events: Iterable<ChaosEvent>, evidence: Evidence): Cast {
  if (messageId === undefined) return { submissions: new Set(), messages: new Set() };
  const invoked = new Map<string, Pick<Invoked, 'threadId' | 'refersTo'>>();
  const ids = new Map<string, Set<string>>();
  const learn = (submissionId: string, id: string): void => {
    const known = ids.get(submissionId);
    if (known === undefined) ids.set(submissionId, new Set([id]));
    else known.add(id);
  };
  for (const event of events) {
    if (event.what === 'invoke' && !invoked.has(event.submissionId)) {
      const { threadId, refersTo } = event;
      invoked.set(event.submissionId, {
        ...(threadId === undefined ? {} : { threadId }),
        ...(refersTo === undefined ? {} : { refersTo }),
      });
    }
    if (event.what === 'answer' && event.messageId !== undefined) learn(event.submissionId, event.messageId);
  }
  for (const { submissionId, messageId: id } of evidence.sent.values()) {
    if (submissionId !== undefined) learn(submissionId, id);
  }
  const own = [...ids].find(([, known]) => known.has(messageId))?.[0];
  const thread = (own === undefined ? undefined : invoked.get(own)?.threadId) ?? messageId;
  const submissions = new Set<string>();
  const messages = new Set([messageId]);
  for (const [submissionId, { threadId, refersTo }] of invoked) {
    const known = ids.get(submissionId) ?? new Set<string>();
    const inThread =
      threadId === thread || refersTo === messageId || known.has(thread) || submissionId === own;
    if (!inThread) continue;
    submissions.add(submissionId);
    for (const id of known) messages.add(id);
  }
  return { submissions, messages };
}

function concerns(event: ChaosEvent, cast: Cast, violation: Violation): boolean {
  switch (event.what) {
    case 'invoke':
    case 'answer':
    case 'no-answer':
      return cast.submissions.has(event.submissionId);
    case 'seen':
      return cast.messages.has(event.messageId) || isNear(event, violation);
    case 'stream':
      return isNear(event, violation);
    case 'receipt':
      return cast.messages.has(event.messageId);
    case 'note':
      return false;
  }
}

function isNear(event: { reader: string; number: number }, { reader, number }: Violation): boolean {
  return reader === event.reader && number !== undefined && Math.abs(event.number - number) <= numbersAround;
}

function line(event: ChaosEvent): string {
  return `${(event.atMs / 1000).toFixed(3).padStart(9)} s  ${event.client}  ${sentence(event)}`;
}

function sentence(event: ChaosEvent): string {
  switch (event.what) {
    case 'invoke': {
      const body = event.variant === 0 ? '' : `, body ${event.variant + 1}`;
      const refers = event.refersTo === undefined ? '' : `, referring to ${event.refersTo}`;
      const expect = event.expect === undefined ? '' : `, expected for ${event.expect.recipients.join(', ')}`;
      return `${event.op}s ${event.kind} ${event.submissionId} (${event.lane}, attempt ${event.attempt}${body}${refers}${expect})`;
    }
    case 'answer':
      return `is answered ${event.status} to ${event.submissionId}: ${event.messageId ?? event.problemType ?? ''}`;
    case 'no-answer':
      return `gets no answer to ${event.submissionId}: ${event.code}`;
    case 'seen':
      return `sees number ${event.number} (${event.how}): ${event.kind} ${event.messageId} as ${event.role}`;
    case 'receipt': {
      const state = event.state === undefined ? '' : `: ${event.state}, version ${event.version}`;
      return `says ${event.type} of ${event.messageId} for ${event.correspondent}, ${event.happened}${state}`;
    }
    case 'stream':
      return `stream ${event.happened} at ${event.epoch}.${event.number}`;
    case 'note':
      return event.text;
  }
}

/** Where one message is, and where it is not. */
function shownOf(messageId: string, cast: Cast, evidence: Evidence): string[] {
  const sent = evidence.sent.get(messageId);
  const copies = sent?.copies
    .map((copy) => [copy.state, copy.refusalCode].filter(Boolean).join(' '))
    .join(', ');
  const tracked = sent?.recipients?.map((each) => `${each.correspondent} (${each.role})`).join(', ');
  const archive = evidence.archived.get(messageId);
  const has: string[] = [];
  const lacks: string[] = [];
  for (const [correspondent, items] of evidence.inboxes) {
    const found = items.filter(
      (item) => item.messageId === messageId || item.notice?.messageId === messageId,
    );
    if (found.length === 0) lacks.push(correspondent);
    for (const { number, role, kind, notice } of found) {
      has.push(`${correspondent} number ${number} (${role} ${notice === undefined ? kind : notice.code})`);
    }
  }
  return [
    `  ${messageId}${cast.messages.size > 1 && sent !== undefined ? ` of ${sent.correspondent}` : ''}`,
    `    its sender is told: ${copies ?? 'nothing'}${tracked === undefined ? '' : `; tracking: ${tracked || 'nobody'}`}`,
    `    archive: ${archive === undefined ? 'not shown to anybody' : `shown to ${archive.shownTo.join(', ')}`}`,
    `    in the inbox of: ${has.join('; ') || 'nobody'}`,
    `    not in the inbox of: ${lacks.join(', ') || 'nobody'}`,
  ];
}
