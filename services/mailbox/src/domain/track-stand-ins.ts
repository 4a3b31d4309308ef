/** Somebody that stood in for a suspended recipient of a sent message, as the store has it. */
export interface TrackedStandIn<Copy extends { readonly correspondent: string }> {
  readonly suspended: string;
  readonly correspondent: string;
  readonly atMs: number;
  /** Its copy, where the reroute brought it one; null where it is a recipient itself, or has not received it yet. */
  readonly delivery: Copy | null;
}

type Pair = Omit<TrackedStandIn<never>, 'delivery'>;

/** What a recipient is to the others: who it stands in for, or who took over from it. */
export interface StandingJson {
  readonly standsInFor?: readonly string[];
  readonly rerouted?: { readonly at: string; readonly to: readonly string[] };
}

/**
 * Those of the stand-ins that whoever sees some recipients may see: whom it sees suspended it sees represented, and so on
 * where a stand-in was suspended in its turn. In the order in which they stood in.
 */
export function standInsSeen<P extends Pair>(
  standIns: readonly P[],
  recipients: Iterable<string>,
): readonly P[] {
  const seen = new Set(recipients);
  return standIns
    .toSorted((a, b) => a.atMs - b.atMs)
    .filter(({ suspended, correspondent }) => {
      if (!seen.has(suspended)) return false;
      seen.add(correspondent);
      return true;
    });
}

/** The standing of one recipient among the stand-ins that are seen. */
export function standingOf(correspondent: string, standIns: readonly Pair[]): StandingJson {
  const standsInFor = unique(
    standIns.filter((each) => each.correspondent === correspondent).map((each) => each.suspended),
  );
  const over = standIns.filter((each) => each.suspended === correspondent);
  const [first] = over;
  return {
    ...(standsInFor.length === 0 ? {} : { standsInFor }),
    ...(first === undefined
      ? {}
      : {
          rerouted: {
            at: new Date(first.atMs).toISOString(),
            to: unique(over.map((each) => each.correspondent)),
          },
        }),
  };
}

/** The copies that reroutes brought, each once, without those who are recipients themselves. */
export function standInCopies<Copy extends { readonly correspondent: string }>(
  standIns: readonly TrackedStandIn<Copy>[],
  recipients: readonly Copy[],
): readonly Copy[] {
  const known = new Set(recipients.map((each) => each.correspondent));
  return standIns.flatMap(({ delivery }) => {
    if (delivery === null || known.has(delivery.correspondent)) return [];
    known.add(delivery.correspondent);
    return [delivery];
  });
}

function unique(codes: readonly string[]): readonly string[] {
  return [...new Set(codes)];
}
