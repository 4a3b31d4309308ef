/** A release as store and topic both know it. */
export interface ReleaseMark {
  readonly number: number;
  readonly sha256: string;
}

/** What the topic holds: the last complete release, and what there is of the next one. */
export interface TopicContent {
  readonly applied: ReleaseMark | null;
  /** The canonical form of each record of the next release, by key. */
  readonly buffered: ReadonlyMap<string, string>;
  /** Why some record could not be read, if one could not. */
  readonly unreadable: string | null;
}

/** Why a person has to look before anything may be published. */
export type Contradiction = 'topic-ahead' | 'topic-differs' | 'topic-unreadable';

/** What has to be published so that the topic holds what the store holds. */
export type PublicationPlan =
  | {
      readonly status: 'publish';
      readonly numbers: readonly number[];
      /** Keys of the first of these that the topic holds already. */
      readonly held: ReadonlySet<string>;
    }
  | { readonly status: 'contradiction'; readonly reason: Contradiction };

/** The release that a publication would begin with; undefined when the topic holds all of them. */
export function firstMissing(stored: readonly ReleaseMark[], topic: TopicContent): number | undefined {
  const last = topic.applied?.number ?? 0;
  return stored.map((release) => release.number).find((number) => number > last);
}

/**
 * Compares the releases of the store, in order, with the topic, and continues where a crash broke off. A
 * topic that knows more than the store, or something else, belongs to a person: the store was lost or
 * restored to an older state, and publishing on would split the chain.
 */
export function planPublication(
  stored: readonly ReleaseMark[],
  topic: TopicContent,
  firstMissingForms: ReadonlyMap<string, string>,
): PublicationPlan {
  if (topic.unreadable !== null) return contradiction('topic-unreadable');
  const { applied } = topic;
  if (applied !== null) {
    const same = stored.find((release) => release.number === applied.number);
    if (same === undefined) return contradiction('topic-ahead');
    if (same.sha256 !== applied.sha256) return contradiction('topic-differs');
  }
  const numbers = stored.map((release) => release.number).filter((number) => number > (applied?.number ?? 0));
  if (numbers.length === 0 && topic.buffered.size > 0) return contradiction('topic-ahead');
  for (const [key, form] of topic.buffered) {
    if (firstMissingForms.get(key) !== form) return contradiction('topic-differs');
  }
  return { status: 'publish', numbers, held: new Set(topic.buffered.keys()) };
}

function contradiction(reason: Contradiction): PublicationPlan {
  return { status: 'contradiction', reason };
}
