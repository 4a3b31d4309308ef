import type { MessageDraft } from '@chappe/schemas';
import { type Finding, invalid } from './finding.ts';

/** Marks that change the direction or the look of a text without being seen. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
const control = /\p{Cc}/u;
const word = /[\p{L}\p{M}]+/gu;
const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];

/**
 * Codes are compared, read aloud and shown as file names: they may not hide a direction mark, nor mix
 * look-alike alphabets inside a word. Free text and identifiers as found in evidence stay untouched.
 */
export function checkCodes(draft: MessageDraft): Finding[] {
  return codesOf(draft).flatMap(([pointer, text]) => {
    if (text === null) return [];
    if (invisible.test(text) || control.test(text))
      return [invalid(pointer, 'contains an invisible or direction mark')];
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
    ...addressees,
    ...draft.externalRefs.flatMap((ref, index) => [
      [`/externalRefs/${index}/system`, ref.system] as const,
      [`/externalRefs/${index}/value`, ref.value] as const,
      [`/externalRefs/${index}/owner`, ref.owner] as const,
    ]),
    ...draft.attachments.map((file, index) => [`/attachments/${index}/fileName`, file.fileName] as const),
  ];
}
