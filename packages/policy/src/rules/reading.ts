import type { Relation } from '../actions.ts';
import { type MarkingRow, markingRow } from '../matrix.ts';
import type { MessageMarkings } from '../resource.ts';
import type { StepCode } from '../steps.ts';

/**
 * Rules that a reader meets after the router has judged its correspondent. What was sent by or addressed
 * to the correspondent has passed third-party rule, TLP and handling codes already; a mere part in the
 * thread has not, and there each of them denies.
 */
const shareable: MarkingRow = markingRow('shareable');
const knownTlps: readonly string[] = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED'];
const knownHandling: readonly string[] = ['H0', 'H1', 'H2', 'H3'];
const addressed: readonly Relation[] = ['SENDER', 'COLLEAGUE', 'ACTION', 'INFORMATION', 'NOTICE'];

/** Whether the correspondent sent the message or was given it by name of a decision. */
export function isAddressed(relation: Relation): boolean {
  return addressed.includes(relation);
}

/**
 * The third-party rule: what a partner gave is passed on, or its existence confirmed, only with the
 * originator's permission (Directive (EU) 2016/680, article 35(1)(c) and (e), for onward transfers).
 */
export function readThirdParty(markings: MessageMarkings, relation: Relation): StepCode {
  return markings.thirdPartyRule && !isAddressed(relation)
    ? 'third-party.no-permission'
    : 'third-party.does-not-limit';
}

/**
 * TLP 2.0 (FIRST): RED is for the named recipients only. Europol handling codes: H2 is not passed on
 * without the provider's permission, H3 restricts in words that no machine can judge. A symbol that this
 * release does not know is the most restrictive of its kind.
 */
export function readHandling(markings: MessageMarkings, relation: Relation): StepCode {
  if (isAddressed(relation)) return 'handling.does-not-limit';
  const { tlp, handling } = markings;
  if (!admitsTlp(shareable, tlp)) {
    return tlp !== null && knownTlps.includes(tlp) ? 'handling.tlp-red' : 'handling.tlp-unknown';
  }
  const refused = handling.filter((code) => !admitsHandling(shareable, code));
  if (refused.some((code) => !knownHandling.includes(code))) return 'handling.unknown';
  if (refused.includes('H3')) return 'handling.h3';
  return refused.length > 0 ? 'handling.h2' : 'handling.does-not-limit';
}

/** Whether a marking row admits a TLP; no TLP at all is admitted wherever AMBER is. */
export function admitsTlp(row: MarkingRow, tlp: string | null): boolean {
  return row.tlps === null || row.tlps.includes(tlp ?? 'AMBER');
}

/** Whether a marking row admits a handling code. */
export function admitsHandling(row: MarkingRow, code: string): boolean {
  return row.handling === null || row.handling.includes(code);
}
