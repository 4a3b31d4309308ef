import { isWithinCeiling, type ProfileContradiction, profileContradictions } from '@chappe/policy';
import type { Evaluation, MessageDraft } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

/** The ceilings that a submission must stay under. */
export interface Ceilings {
  /** Of this deployment. */
  readonly deployment: string;
  /** Of the acting correspondent. */
  readonly correspondent: string;
}

/** Classification, handling codes, provenance, evaluation: what the sender says about how to treat it. */
export function checkMarkings(draft: MessageDraft, ceilings: Ceilings): Finding[] {
  return [
    ...checkCeilings(draft.classification, ceilings),
    ...checkHandling(draft),
    ...profileContradictions(draft).map(contradiction),
    ...(needsArea(draft) && draft.crimeAreas.length === 0
      ? [missing('/crimeAreas', 'at least one area is required when the activity is OPERATIONAL')]
      : []),
    ...(hasDuplicates(draft.crimeAreas) ? [invalid('/crimeAreas', 'names an area twice')] : []),
    ...(draft.provenance?.kind === 'PARTNER' && draft.provenance.partner === null
      ? [missing('/provenance/partner', 'required when the information is a partner\u2019s')]
      : []),
    ...checkEvaluation(draft.evaluation, '/evaluation'),
    ...((draft.senderStream === null) === (draft.senderSeq === null)
      ? []
      : [
          missing(
            draft.senderStream === null ? '/senderStream' : '/senderSeq',
            'stream and number go together',
          ),
        ]),
  ];
}

/** At two in the morning a flash lead goes out without one; the desk that takes charge of it knows. */
function needsArea({ activity, kind, urgency }: MessageDraft): boolean {
  return activity === 'OPERATIONAL' && !(kind === 'LEAD' && urgency === 'FLASH');
}

function checkCeilings(classification: string, ceilings: Ceilings): Finding[] {
  const above = (whose: string): Finding[] => [
    { code: 'above-ceiling', pointer: '/classification', detail: `above the ceiling of ${whose}` },
  ];
  if (!isWithinCeiling(classification, ceilings.deployment)) return above('this installation');
  return isWithinCeiling(classification, ceilings.correspondent) ? [] : above('the sending correspondent');
}

/** Europol: H0 stands alone, H1 to H3 combine, H3 is the one that needs its words. */
function checkHandling({ handling, handlingNote }: MessageDraft): Finding[] {
  const findings: Finding[] = [];
  if (handling.includes('H0') && handling.length > 1) findings.push(invalid('/handling', 'H0 stands alone'));
  else if (hasDuplicates(handling)) findings.push(invalid('/handling', 'names a code twice'));
  if (handling.includes('H3') && isBlank(handlingNote)) {
    findings.push(missing('/handlingNote', 'H3 needs its restriction in words'));
  }
  if (!handling.includes('H3') && handlingNote !== null) {
    findings.push(invalid('/handlingNote', 'is the text of H3, which is not set'));
  }
  return findings;
}

function contradiction({ field, code }: ProfileContradiction): Finding {
  const pointer = `/${field.replace('.', '/')}`;
  if (code === 'unknown-profile') return invalid(pointer, 'is no marking profile');
  return code === 'profile-needs-provenance'
    ? missing(pointer, 'the marking profile says that the information is a partner\u2019s')
    : invalid(pointer, 'contradicts the marking profile');
}

/** The two schemes have different letters and figures; a value of one is never read in the other. */
export function checkEvaluation(evaluation: Evaluation | null, pointer: string): Finding[] {
  if (evaluation === null) return [];
  const isAdmiralty = evaluation.scheme === 'ADMIRALTY';
  const source = isAdmiralty ? /^[A-F]$/ : /^[ABCX]$/;
  const information = isAdmiralty ? /^[1-6]$/ : /^[1-4]$/;
  return [
    ...(source.test(evaluation.source)
      ? []
      : [invalid(`${pointer}/source`, 'is no source code of the scheme')]),
    ...(information.test(evaluation.information)
      ? []
      : [invalid(`${pointer}/information`, 'is no information code of the scheme')]),
  ];
}

function hasDuplicates(values: readonly string[]): boolean {
  return new Set(values).size !== values.length;
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}
