import type { MessageDraft } from '@chappe/schemas';
import { type Finding, invalid } from './finding.ts';

/** Marks that change the direction or the look of a text without being seen, and what no font shows alike. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/u;
const word = /[\p{L}\p{M}]+/gu;
const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];

/**
 * Codes and names are compared, read aloud and shown as file names: they may not hide a direction mark, nor mix
 * look-alike alphabets inside a word. Free text and identifiers as found in evidence stay untouched.
 */
export function checkCodes(draft: MessageDraft): Finding[] {
  return codesOf(draft).flatMap(([pointer, text]) => {
    if (text === null) return [];
    if (invisible.test(text)) return [invalid(pointer, 'contains an invisible or direction mark')];
    return mixesAlphabets(text) ? [invalid(pointer, 'mixes look-alike alphabets in one word')] : [];
  });
}

function mixesAlphabets(text: string): boolean {
  return (text.match(word) ?? []).some((each) => scripts.filter((script) => script.test(each)).length > 1);
}

function codesOf(draft: MessageDraft): (readonly [pointer: string, text: string | null])[] {
  const { sender, recipients } = draft;
  const addressees = (['action', 'information'] as const).flatMap((role) =>
    recipients[role].flatMap((addressee, index) =>
      (addressee.attention?.positions ?? []).map(
        (position, place) => [`/recipients/${role}/${index}/attention/positions/${place}`, position] as const,
      ),
    ),
  );
  return [
    ['/sender/unit', sender.unit],
    ['/sender/position', sender.position],
    ['/drafter', draft.drafter],
    ['/exerciseId', draft.exerciseId],
    ['/senderStream', draft.senderStream],
    ['/markingProfile', draft.markingProfile],
    ['/provenance/partner', draft.provenance?.partner ?? null],
    ['/provenance/sourceToken', draft.provenance?.sourceToken ?? null],
    ['/body/recipientBody', draft.disclosure?.recipientBody ?? null],
    ['/body/authorisedBy', draft.disclosure?.authorisedBy ?? null],
    ...names('/body/releaseTo', (draft.release ?? draft.releaseRequest)?.releaseTo),
    ...names('/tearline/releasableTo', draft.tearline?.releasableTo),
    ...addressees,
    ...draft.externalRefs.flatMap((ref, index) => [
      [`/externalRefs/${index}/system`, ref.system] as const,
      [`/externalRefs/${index}/value`, ref.value] as const,
      [`/externalRefs/${index}/owner`, ref.owner] as const,
    ]),
    ...draft.attachments.map((file, index) => [`/attachments/${index}/fileName`, file.fileName] as const),
  ];
}

function names(
  pointer: string,
  texts: readonly string[] = [],
): (readonly [pointer: string, text: string | null])[] {
  return texts.map((text, index) => [`${pointer}/${index}`, text] as const);
}
