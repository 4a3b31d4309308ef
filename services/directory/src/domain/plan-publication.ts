/** A release as store and topic both know it. */
export interface ReleaseMark {
  readonly number: number;
  readonly sha256: string;
}

/** What has to be published so that the topic holds what the store holds. */
export type PublicationPlan =
  | { readonly status: 'publish'; readonly numbers: readonly number[] }
  | { readonly status: 'contradiction'; readonly reason: 'topic-ahead' | 'topic-differs' };

/**
 * Compares the releases of the store, in order, with the last one that is complete in the topic. What
 * follows it is published, each release whole: replicas take the records that a crash left behind a second
 * time without effect. A topic that knows more than the store, or something else, belongs to a person: the
 * store was restored to an older state, and publishing on would split the chain.
 */
export function planPublication(
  stored: readonly ReleaseMark[],
  inTopic: ReleaseMark | null,
): PublicationPlan {
  if (inTopic === null) return { status: 'publish', numbers: stored.map((release) => release.number) };
  const same = stored.find((release) => release.number === inTopic.number);
  if (same === undefined) return { status: 'contradiction', reason: 'topic-ahead' };
  if (same.sha256 !== inTopic.sha256) return { status: 'contradiction', reason: 'topic-differs' };
  return {
    status: 'publish',
    numbers: stored.map((release) => release.number).filter((number) => number > inTopic.number),
  };
}
