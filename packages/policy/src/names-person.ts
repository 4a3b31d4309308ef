import type { FreeText } from './free-texts.ts';

/** Finds in a text what identifies somebody. */
export type NamesSomebody = (text: string) => boolean;

const proseFields: readonly string[] = ['description', 'remarks'];
const personNames: readonly string[] = ['familyName', 'givenNames'];
/** Shorter prose says what many a text says. */
const shortestProse = 12;
/** A part of a name that is shorter is a particle, or any word. */
const shortestPart = 4;
const shortestIdentifier = 4;
/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * What names somebody, from the texts that are withheld about that person: names whole and in parts, and
 * identifiers however they are spaced. Accents, capitals and punctuation do not matter. It finds what is
 * written as it was written there; a nickname that the entity does not list, or an inflected form, it does not.
 */
export function namesSomebody(withheld: readonly FreeText[]): NamesSomebody {
  const phrases = new Set<string>();
  const runs = new Set<string>();
  for (const { field, text } of withheld) {
    if (proseFields.includes(field) && text.length < shortestProse) continue;
    const words = wordsOf(text);
    const run = words.join('');
    if (run === '') continue;
    if (unspaced.test(text) || (/\p{N}/u.test(run) && run.length >= shortestIdentifier)) runs.add(run);
    else phrases.add(` ${words.join(' ')} `);
    if (!personNames.includes(field)) continue;
    for (const word of words) if (word.length >= shortestPart) phrases.add(` ${word} `);
  }
  return (text) => {
    const words = wordsOf(text);
    const spaced = ` ${words.join(' ')} `;
    const run = words.join('');
    return [...phrases].some((each) => spaced.includes(each)) || [...runs].some((each) => run.includes(each));
  };
}

function wordsOf(text: string): readonly string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}
