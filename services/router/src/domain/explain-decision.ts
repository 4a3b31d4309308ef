import type { DirectorySnapshot } from '@chappe/directory';
import { reason } from './choose-candidates.ts';
import type { FindOriginal } from './compose-deliveries.ts';
import type { Fate } from './decide-message.ts';
import { type ExplainedReason, explainReason } from './explain-reason.ts';
import { type ExplainedWithholding, explainWithheld } from './explain-withheld.ts';
import { isKnownToSender } from './known-to-sender.ts';
import type { KnownDecision } from './thread-memory.ts';

/** What would become of a message, for its sender. */
export interface Explanation {
  readonly outcome: 'ACCEPTED' | 'REFUSED' | 'HELD';
  readonly reason: ExplainedReason | null;
  readonly directoryRelease: number;
  readonly correspondents: readonly {
    readonly correspondent: string;
    readonly nameFr: string;
    readonly nameEn: string;
    readonly role: string;
    /** What it does not get, and why. The sender has the whole, so this tells it nothing of the content. */
    readonly withheld: readonly ExplainedWithholding[];
    readonly reasons: readonly ExplainedReason[];
  }[];
  /** How many more a follow-up reaches, to whom desks passed its original on; absent when there are none. */
  readonly others?: number;
  /** Only whom the sender itself named: that a rule speaks for somebody who may not know is not its business. */
  readonly notServed: readonly {
    readonly correspondent: string;
    readonly reasons: readonly ExplainedReason[];
  }[];
}

const noOriginal: FindOriginal = () => null;

/**
 * Explains what would become of a message, within what its sender may know. `findOriginal` gives the message
 * that a dispatch passes on.
 */
export function explainFate(
  fate: Fate,
  directory: DirectorySnapshot,
  findOriginal: FindOriginal = noOriginal,
): Explanation {
  if (fate.fate === 'HELD') {
    return {
      outcome: 'HELD',
      reason: explainReason(reason('reference-unavailable'), directory),
      directoryRelease: directory.release,
      correspondents: [],
      notServed: [],
    };
  }
  const { decision } = fate.known;
  const accepted = decision.outcome === 'ACCEPTED';
  const others = decision.entries.filter(({ reasons }) => !isKnownToSender(decision, reasons)).length;
  return {
    outcome: accepted ? 'ACCEPTED' : 'REFUSED',
    reason: decision.refusalCode === null ? null : explainReason(reason(decision.refusalCode), directory),
    directoryRelease: decision.directoryRelease,
    correspondents: servedBy(fate.known, directory, findOriginal),
    ...(others === 0 || !isInNetwork(decision.sender, directory) ? {} : { others }),
    notServed: decision.denied
      .filter(({ reasons }) => reasons.some(({ code }) => code.startsWith('named-')))
      .map(({ correspondent, reasons }) => ({
        correspondent,
        reasons: reasons.map((each) => explainReason(each, directory)),
      })),
  };
}

/** Who answers for a recall is told how far it reaches; a sender outside is not even told that desks passed it on. */
function isInNetwork(sender: string, directory: DirectorySnapshot): boolean {
  const type = directory.correspondents.get(sender)?.type;
  return type === 'POST' || type === 'DESK';
}

function servedBy(
  { decision, original }: KnownDecision,
  directory: DirectorySnapshot,
  findOriginal: FindOriginal,
): Explanation['correspondents'] {
  if (decision.outcome !== 'ACCEPTED') return [];
  const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant]));
  const known = decision.entries.filter(({ reasons }) => isKnownToSender(decision, reasons));
  return known.map((decided) => {
    const { correspondent, role, variantId, reasons } = decided;
    const entry = directory.correspondents.get(correspondent);
    const variant = variantId === null ? undefined : variants.get(variantId);
    const message = variant?.messageId == null ? original() : findOriginal(variant.messageId);
    return {
      correspondent,
      nameFr: entry?.nameFr ?? correspondent,
      nameEn: entry?.nameEn ?? correspondent,
      role,
      withheld: variant === undefined ? [] : explainWithheld(decided, variant, message, directory),
      reasons: reasons.map((each) => explainReason(each, directory)),
    };
  });
}
