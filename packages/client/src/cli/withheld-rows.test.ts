import { expect, it } from 'vitest';
import { withheldRows } from './withheld-rows.ts';

const part = (path: string, code: string) => ({ path, code, fr: `règle ${code}`, en: `rule ${code}` });

it('says of each recipient which parts it does not get and why, but not what nobody gets', () => {
  const correspondents = [
    { correspondent: 'desk:cyber', withheld: [part('actor', 'variant.person-behind')] },
    {
      correspondent: 'partner:x',
      withheld: [
        part('actor', 'variant.person-behind'),
        part('provenance', 'variant.outside-network'),
        part('lead.title', 'variant.tells-of-withheld'),
        part('recipients.action', 'variant.outside-network'),
      ],
    },
  ];
  expect(withheldRows(correspondents, 'fr')).toEqual([
    {
      correspondent: 'partner:x',
      parts: 'provenance, recipients.action',
      why: 'règle variant.outside-network',
    },
    { correspondent: 'partner:x', parts: 'lead.title', why: 'règle variant.tells-of-withheld' },
  ]);
});

it('shortens what would fill the screen, and prints nothing of what is no explanation', () => {
  const many = Array.from({ length: 40 }, (_, place) => part(`p${place}`, 'third-party.no-permission'));
  expect(withheldRows([{ correspondent: 'partner:x', withheld: many }], 'en')[0]?.parts).toBe(
    'p0, p1, p2, p3, p4, p5, +34',
  );
  for (const strange of [undefined, 'x', [null, { correspondent: 'x' }, { withheld: ['actor'] }]]) {
    expect(withheldRows(strange, 'en')).toEqual([]);
  }
});
