/** Marks that change the direction of text, and characters that show nothing. */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/u;

/** Scripts whose letters can stand for one another to the eye, or that names are written in. */
const scripts: readonly (readonly [string, RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Devanagari', /\p{Script=Devanagari}/u],
  ['Thai', /\p{Script=Thai}/u],
  ['Georgian', /\p{Script=Georgian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  [
    'East Asian',
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u,
  ],
];
const otherLetters = /[^\P{L}\p{Script=Common}\p{Script=Inherited}]/gu;

/**
 * Why a text may show something else than it says: direction marks and invisible characters, letters of
 * several scripts in a name, or a form that another text equals to the eye. Prose may quote other scripts.
 * Null when it is sound.
 */
export function unsafeText(text: string, isName: boolean): string | null {
  // Nearly every text is plain ASCII, and this runs for each of a release.
  if (/^[\x20-\x7e]*$/.test(text)) return null;
  if (hidden.test(text)) {
    return 'It holds a direction mark, a control or an invisible character: type it again by hand.';
  }
  const letters = isName ? (text.match(otherLetters) ?? []) : [];
  const found = new Set(
    letters.map((letter) => scripts.find(([, has]) => has.test(letter))?.[0] ?? 'another'),
  );
  if (found.size > 1) {
    return `It mixes letters of several scripts (${[...found].join(', ')}): write it in one.`;
  }
  if (text !== text.normalize('NFC')) return 'Its accents are not composed (NFC): type it again by hand.';
  return null;
}
