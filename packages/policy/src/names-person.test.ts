import { describe, expect, it } from 'vitest';
import { namesSomebody } from './names-person.ts';

const text = (field: string, value: string) => ({ path: field, field, text: value });

describe('what names somebody', () => {
  it.each([
    ['a family name in capitals', [text('familyName', 'Exempel')], 'Meeting with EXEMPEL at noon.'],
    ['a name without its accents', [text('familyName', 'Đặng')], 'Seen: Đang.'],
    ['a part of a name', [text('givenNames', 'Ismo Kaarlo')], 'Kaarlo called twice.'],
    ['a short name', [text('familyName', 'Li')], 'It was Li, again.'],
    ['a name split by a soft hyphen', [text('familyName', 'Exempel')], 'Exem\u00adpel left.'],
    ['an alias of several words', [text('aliases', 'the captain')], 'They say The  Captain pays.'],
    ['a number however it is spaced', [text('value', '+999 00 00 02')], 'Call +99-9000002 now.'],
    ['a name of a script without spaces', [text('familyName', '王')], '昨日王先生来了'],
    [
      'a description told word by word',
      [text('description', 'A scar on the left hand')],
      'Has a scar on the left hand.',
    ],
  ])('is found: %s', (_what, withheld, written) => {
    expect(namesSomebody(withheld)(written)).toBe(true);
  });

  it.each([
    ['a name inside another word', [text('familyName', 'Rose')], 'The prosecutor knows.'],
    ['a particle of a name', [text('familyName', 'de la Cruz')], 'La voiture de la banque.'],
    ['a short remark', [text('remarks', 'yes')], 'Yes, it left.'],
    ['a part of an alias', [text('aliases', 'the captain')], 'The harbour captain called.'],
    ['nothing to look for', [text('value', '+ -')], 'Anything.'],
  ])('is not found: %s', (_what, withheld, written) => {
    expect(namesSomebody(withheld)(written)).toBe(false);
  });
});
