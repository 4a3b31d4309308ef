import { isReroute, opensThread, referencesOf } from './message-references.ts';
import type { Arrival } from './thread-memory.ts';

/** What has to be locked and read before some messages can be decided. */
export interface ThreadScope {
  /** Threads, and identities: the same submission may arrive with another thread. */
  readonly locks: readonly string[];
  readonly threads: readonly string[];
  /** The messages themselves, and all that they refer to. */
  readonly messages: readonly string[];
  /** Whose waiting messages are to be counted. */
  readonly senders: readonly string[];
}

/** The scope of a slice. */
export function scopeOf(arrivals: readonly Arrival[]): ThreadScope {
  const threads = new Set<string>();
  const locks = new Set<string>();
  const messages = new Set<string>();
  const senders = new Set<string>();
  for (const { message } of arrivals) {
    threads.add(message.threadId);
    locks.add(message.threadId).add(message.messageId);
    messages.add(message.messageId);
    for (const { messageId } of referencesOf(message)) messages.add(messageId);
    // Who leads a thread, and who has part in it, follows from what opened it.
    if (message.kind === 'CLOSURE' || isReroute(message)) messages.add(message.threadId);
    if (!opensThread(message)) senders.add(message.sender.correspondent);
  }
  return { locks: [...locks], threads: [...threads], messages: [...messages], senders: [...senders] };
}

/** The scope of threads in which messages wait. */
export function scopeOfThreads(threads: readonly string[]): ThreadScope {
  return { locks: threads, threads, messages: [], senders: [] };
}
