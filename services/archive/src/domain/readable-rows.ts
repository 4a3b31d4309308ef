import { markingsOf, renderVariant } from '@chappe/policy';
import { type Decision, type DecisionEntry, laneOf, type Message, variantDigest } from '@chappe/schemas';
import { searchText } from './search-text.ts';

/** What one correspondent may find of one message, with the columns that an audience is compared with. */
export interface ReadableRow {
  readonly correspondent: string;
  readonly messageId: string;
  readonly requestDigest: string;
  readonly threadId: string;
  readonly reference: string;
  /** ACTION, INFORMATION, SENDER: every role in which the decision serves this correspondent. */
  readonly roles: readonly string[];
  /** The decision that gives it: the message's own, or that of the dispatch which passed it on. */
  readonly decisionId: string;
  readonly variantId: string;
  readonly kind: string;
  readonly lane: string;
  readonly status: string;
  readonly sender: string;
  /** Who sent it in person; null on the rows of the other correspondents. */
  readonly actor: string | null;
  readonly classification: string;
  readonly tlp: string | null;
  readonly handling: readonly string[];
  readonly crimeAreas: readonly string[];
  readonly thirdPartyRule: boolean;
  readonly attentionPositions: readonly string[] | null;
  readonly receivedAtMs: number;
  readonly searchText: string;
}

/** The rows that a message and its decision yield, and the variants whose digest does not hold. */
export interface ReadableRows {
  readonly rows: readonly ReadableRow[];
  /** Variants that cannot be rebuilt as decided: an alarm, and nobody is shown them. */
  readonly alteredVariantIds: readonly string[];
}

/**
 * Joins a message with a decision that gives it to somebody. The variant is rebuilt from the original and the
 * withheld paths, and compared with the digest that the router recorded: a difference means that one of the
 * two was altered, or that the rendering changed, and such a variant is never shown.
 */
export function readableRows(message: Message, decision: Decision): ReadableRows {
  if (decision.outcome !== 'ACCEPTED') return { rows: [], alteredVariantIds: [] };
  const variants = new Map<string, Message>();
  const alteredVariantIds: string[] = [];
  for (const variant of decision.variants) {
    if ((variant.messageId ?? decision.messageId) !== message.messageId) continue;
    const rendered = renderVariant(message, variant.withheld);
    if (variantDigest(rendered) === variant.sha256) variants.set(variant.variantId, rendered);
    else alteredVariantIds.push(variant.variantId);
  }
  const rows: ReadableRow[] = [];
  for (const [correspondent, entries] of entriesByCorrespondent(decision, variants)) {
    const shown = preferred(entries, variants);
    if (shown === undefined) continue;
    rows.push({
      correspondent,
      messageId: message.messageId,
      requestDigest: message.requestDigest,
      threadId: message.threadId,
      reference: message.reference,
      roles: [...new Set(entries.map((entry) => entry.role))].sort(),
      decisionId: decision.decisionId,
      variantId: shown.variantId,
      kind: message.kind,
      lane: laneOf(message.urgency),
      status: message.status,
      sender: message.sender.correspondent,
      actor: correspondent === message.sender.correspondent ? message.actor : null,
      ...columnsOf(message, correspondent),
      receivedAtMs: message.receivedAt,
      searchText: searchText(shown.variant),
    });
  }
  return { rows, alteredVariantIds };
}

/** The originals that a decision passes on: messages of its variants that are not the decided one. */
export function passedOnOriginals(decision: Decision): string[] {
  if (decision.outcome !== 'ACCEPTED') return [];
  return [...new Set(decision.variants.flatMap(({ messageId }) => messageId ?? []))].filter(
    (messageId) => messageId !== decision.messageId,
  );
}

function columnsOf(message: Message, correspondent: string) {
  const { classification, tlp, handling, crimeAreas, thirdPartyRule, attentionPositions } = markingsOf(
    message,
    correspondent,
  );
  return { classification, tlp, handling, crimeAreas, thirdPartyRule, attentionPositions };
}

function entriesByCorrespondent(
  decision: Decision,
  variants: ReadonlyMap<string, Message>,
): Map<string, DecisionEntry[]> {
  const grouped = new Map<string, DecisionEntry[]>();
  for (const entry of decision.entries) {
    if (entry.variantId === null || !variants.has(entry.variantId)) continue;
    const entries = grouped.get(entry.correspondent);
    if (entries === undefined) grouped.set(entry.correspondent, [entry]);
    else entries.push(entry);
  }
  return grouped;
}

const closestFirst = ['SENDER', 'ACTION', 'INFORMATION'];

/** A correspondent served in several roles sees the variant of the closest one. */
function preferred(
  entries: readonly DecisionEntry[],
  variants: ReadonlyMap<string, Message>,
): { variantId: string; variant: Message } | undefined {
  for (const role of closestFirst) {
    for (const entry of entries) {
      if (entry.role !== role || entry.variantId === null) continue;
      const variant = variants.get(entry.variantId);
      if (variant !== undefined) return { variantId: entry.variantId, variant };
    }
  }
  return undefined;
}
