import { type ChappeClient, ChappeProblem } from '@chappe/client';
import type { ExerciseStack } from '../../harness/exercise-stack.ts';
import { waitUntil } from '../../harness/wait-until.ts';
import type { History } from '../history/open-history.ts';
import type { ArchiveEvidence, Evidence, InboxEvidence, SentEvidence, TrackedEvidence } from './evidence.ts';

/** What a gathering may be told. */
export interface GatherOptions {
  /** Told now and then how far it is. */
  readonly onProgress?: (line: string) => void;
  /** The last number of each inbox before the run, when the stack served others before; see `readHeads`. */
  readonly startedAfter?: ReadonlyMap<string, number>;
  /** At most so many messages are tracked one by one: all that others refer to, then an even sample. */
  readonly mostTracked?: number;
}

/** Two cores serve this and are measured by nobody: wide enough to be quick, narrow enough to disturb nothing. */
const inboxesAtOnce = 3;
const trackedAtOnce = 12;
const reason = 'chaos run: every acknowledged message must be archived';

/** Reads all that the system shows of what a history speaks of, through the public interface alone. */
export async function gatherEvidence(
  system: ExerciseStack,
  history: History,
  options: GatherOptions = {},
): Promise<Evidence> {
  const onProgress = options.onProgress ?? (() => undefined);
  const startedAfter = options.startedAfter ?? new Map<string, number>();
  const inboxes = new Map<string, readonly InboxEvidence[]>();
  const archived = new Map<string, ArchiveEvidence & { shownTo: string[] }>();
  const sent = new Map<string, SentEvidence & { copies: SentEvidence['copies'][number][] }>();

  await inParallel(correspondentsOf(system), inboxesAtOnce, async (correspondent) => {
    const client = system.as(correspondent);
    const items = await readInbox(client, startedAfter.get(correspondent) ?? 0);
    inboxes.set(correspondent, items);
    const copies = await readSent(client, correspondent, sent);
    const shown = await readArchive(client, correspondent, archived).catch(noneIfForbidden);
    const counts = `${items.length} items, ${copies} sent, ${shown} in the archive`;
    onProgress(`read ${correspondent}: ${counts}`);
  });

  const wanted = chooseTracked(history, options.mostTracked ?? 20_000);
  let tracked = 0;
  await inParallel(wanted, trackedAtOnce, async ({ messageId, correspondent }) => {
    const known = sent.get(messageId);
    if (known === undefined) return;
    sent.set(messageId, { ...known, ...(await track(system.as(correspondent), messageId)) });
    tracked += 1;
    if (tracked % 5_000 === 0) onProgress(`tracked ${tracked} of ${wanted.length} messages`);
  });
  return { inboxes, archived, sent, startedAfter, strangers: options.startedAfter !== undefined };
}

/** The last number of each inbox now: taken before a run on a stack that others used. */
export async function readHeads(system: ExerciseStack): Promise<ReadonlyMap<string, number>> {
  const heads = new Map<string, number>();
  await inParallel(correspondentsOf(system), inboxesAtOnce, async (correspondent) => {
    const head = () => readHead(system, correspondent);
    heads.set(correspondent, await waitUntil(`the inbox of ${correspondent}`, head, 20_000));
  });
  return heads;
}

async function readHead(system: ExerciseStack, correspondent: string): Promise<number> {
  const response = await fetch(new URL('/v1/inbox?order=descending&limit=1', system.stack.state.url), {
    headers: { authorization: `Bearer ${await system.tokenOf(correspondent)}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`the inbox of ${correspondent} answered ${response.status}`);
  const { items } = (await response.json()) as { items: { number: number }[] };
  // A descending list starts before `after`; without one it starts at the end.
  return items[0]?.number ?? 0;
}

/** Everybody: an inbox that should be empty is evidence too. */
export function correspondentsOf(system: ExerciseStack): readonly string[] {
  return system.stack.clients.map((each) => each.correspondent);
}

async function readInbox(client: ChappeClient, from: number): Promise<InboxEvidence[]> {
  const found: InboxEvidence[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.inbox.list({
      limit: 500,
      ...(cursor === undefined ? { after: from } : { cursor }),
    });
    for (const { number, messageId, role, kind, notice, receiptState, receiptVersion } of page.items) {
      const about =
        notice === undefined ? {} : { notice: { code: notice.code, messageId: notice.messageId } };
      const said = receiptVersion !== undefined && receiptVersion > 1;
      const receipt = said
        ? { receipt: { state: receiptState ?? 'DELIVERED', version: receiptVersion } }
        : {};
      found.push({ number, messageId, role, kind, ...about, ...receipt });
    }
    if (page.next === undefined) return found;
    cursor = page.next;
  }
}

async function readSent(
  client: ChappeClient,
  correspondent: string,
  sent: Map<string, SentEvidence & { copies: SentEvidence['copies'][number][] }>,
): Promise<number> {
  let count = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await client.sent({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { messageId, submissionId, state, refusalCode } of page.items) {
      const known = sent.get(messageId) ?? { messageId, correspondent, copies: [] };
      known.copies.push({ state, ...(refusalCode === undefined ? {} : { refusalCode }) });
      sent.set(messageId, { ...known, ...(submissionId === undefined ? {} : { submissionId }) });
    }
    count += page.items.length;
    if (page.next === undefined) return count;
    cursor = page.next;
  }
}

async function readArchive(
  client: ChappeClient,
  correspondent: string,
  archived: Map<string, ArchiveEvidence & { shownTo: string[] }>,
): Promise<number> {
  let count = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await client.archive.search({
      reason,
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { messageId, kind, sender } of page.items) {
      const known = archived.get(messageId);
      if (known === undefined) archived.set(messageId, { messageId, kind, sender, shownTo: [correspondent] });
      else known.shownTo.push(correspondent);
    }
    count += page.items.length;
    if (page.next === undefined) return count;
    cursor = page.next;
  }
}

/** A partner may not search the archive at all; that nobody lets it is as good as that it finds nothing. */
function noneIfForbidden(error: unknown): number {
  if (error instanceof ChappeProblem && error.status === 403) return 0;
  throw error;
}

async function track(
  client: ChappeClient,
  messageId: string,
): Promise<{ recipients: readonly TrackedEvidence[]; others?: number }> {
  const { items, others } = await client.sent.tracking(messageId);
  const recipients = items.map(({ correspondent, role, state, version, owed }) => ({
    ...{ correspondent, role, state, version, owed },
  }));
  return others === undefined ? { recipients } : { recipients, others: others.count };
}

/** What others refer to, and what refers to others; the rest evenly, as far as the bound goes. */
function chooseTracked(history: History, most: number): { messageId: string; correspondent: string }[] {
  const senders = new Map<string, string>();
  const referring = new Set<string>();
  const referredTo = new Set<string>();
  const all = new Map<string, string>();
  for (const event of history.events()) {
    if (event.what === 'invoke') {
      senders.set(event.submissionId, event.correspondent);
      if (event.refersTo !== undefined) {
        referring.add(event.submissionId);
        referredTo.add(event.refersTo);
      }
    } else if (event.what === 'answer' && event.status === 202 && event.messageId !== undefined) {
      all.set(event.messageId, event.submissionId);
    }
  }
  const first: string[] = [];
  const rest: string[] = [];
  for (const [messageId, submissionId] of all) {
    (referring.has(submissionId) || referredTo.has(messageId) ? first : rest).push(messageId);
  }
  const room = Math.max(0, most - first.length);
  const step = Math.max(1, rest.length / Math.max(1, room));
  const sampled = Array.from(
    { length: Math.min(room, rest.length) },
    (_, at) => rest[Math.floor(at * step)] ?? '',
  );
  return [...first.slice(0, most), ...sampled].flatMap((messageId) => {
    const correspondent = senders.get(all.get(messageId) ?? '');
    return correspondent === undefined ? [] : [{ messageId, correspondent }];
  });
}

async function inParallel<T>(
  list: readonly T[],
  width: number,
  work: (each: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < list.length) {
      const each = list[next];
      next += 1;
      if (each !== undefined) await work(each);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
