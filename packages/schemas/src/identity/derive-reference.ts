import { digestOf, uuidV7TimeMs } from './derive-ids.ts';

/** Characters that are not mistaken for one another when read aloud or by hand: no 0, 1, I, L, O, U. */
export const referenceAlphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

const everyCharacter = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const randomLength = 7;
// A prime above the number of characters: no two of them, and no two positions, are alike modulo it.
const modulus = 37;
const shape = new RegExp(
  `^([A-Z0-9]{2,6})-([0-9]{2})-([${referenceAlphabet}]{${randomLength}})-([${referenceAlphabet}])$`,
);

/**
 * The reference that people say on the phone: the originator's short code, the year of the
 * submission, seven characters of the message's identity and a check symbol (`DJ-26-K7M2P4X-9`).
 */
export function deriveReference(shortCode: string, submissionId: string, messageId: string): string {
  if (!/^[A-Z0-9]{2,6}$/.test(shortCode)) throw new TypeError('a short code has two to six of A-Z and 0-9');
  const year = new Date(uuidV7TimeMs(submissionId)).getUTCFullYear() % 100;
  const prefix = `${shortCode}-${String(year).padStart(2, '0')}`;
  // Thirty-seven check values, thirty clear characters: when the value has none, the next draw is taken.
  for (let draw = 0; ; draw += 1) {
    const characters = drawCharacters(messageId, draw);
    const check = everyCharacter.charAt(checkValue(prefix + characters));
    if (check !== '' && referenceAlphabet.includes(check)) return `${prefix}-${characters}-${check}`;
  }
}

/** Whether a text has the form of a reference and its check symbol fits. One wrong or two swapped characters never pass. */
export function isReference(text: string): boolean {
  const match = shape.exec(text);
  if (match === null) return false;
  const [, shortCode = '', year = '', characters = '', check = ''] = match;
  return everyCharacter.indexOf(check) === checkValue(`${shortCode}-${year}${characters}`);
}

/** A reference as people type it, in its one written form: upper case, hyphens for spaces. */
export function normaliseReference(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '-');
}

function drawCharacters(messageId: string, draw: number): string {
  const digest = digestOf('reference', messageId, String(draw));
  let number = digest.readBigUInt64BE(0);
  let characters = '';
  for (let position = 0; position < randomLength; position += 1) {
    characters += referenceAlphabet.charAt(Number(number % 30n));
    number /= 30n;
  }
  return characters;
}

// Weights are powers of two counted from the end, the check symbol's own weight being one. Two is a
// primitive root of 37, so neighbouring weights always differ and a swap changes the sum.
function checkValue(text: string): number {
  let sum = 0;
  for (const character of text) {
    const value = everyCharacter.indexOf(character);
    if (value >= 0) sum = (sum * 2 + value) % modulus;
  }
  return (modulus - ((sum * 2) % modulus)) % modulus;
}
