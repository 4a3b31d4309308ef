import { decode, encode, type Message } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRecipient as anyProfile } from './blank-message.fixture.ts';
import { isCovered } from './covers-path.ts';
import { entitle } from './entitle.ts';
import type { DeliveryRelation, RecipientProfile } from './recipient-profile.ts';
import { renderVariant } from './render-variant.ts';
import { everyWord, wordsFor } from './sharing-oracle.fixture.ts';
import { anyTold as anySpec, type Told, tell } from './told-message.fixture.ts';

const anyRelation = fc.constantFrom<DeliveryRelation[]>('ACTION', 'INFORMATION', 'SENDER');

/** Mostly such as are given something: most symbols at random deny everything at once. */
const anyRecipient: fc.Arbitrary<RecipientProfile> = fc
  .tuple(anyProfile, fc.nat({ max: 4 }))
  .map(([profile, luck]) => (luck === 0 ? profile : { ...profile, suspended: false, ceiling: 'SECRET' }));
const anyTold: fc.Arbitrary<Told> = fc.tuple(anySpec, fc.nat({ max: 4 })).map(([told, luck]) => {
  if (luck === 0) return told;
  const known = told.handling.filter((code) => code !== 'UNKNOWN');
  const tlp = told.tlp === 'UNKNOWN' ? 'AMBER' : told.tlp;
  return { ...told, tlp, handling: known, classification: 'RESTRICTED', excluded: [] };
});

/** Every word of the tests that stands anywhere in a variant, however it is written there. */
function wordsIn(variant: Message): ReadonlySet<string> {
  // The text of a tear line is what its writer lets be told, names included.
  const { tearline } = variant;
  const searched = { ...variant, withheld: [], tearline: tearline && { ...tearline, text: '' } };
  const bytes = JSON.stringify(searched)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .toLowerCase();
  const told = tearline !== null && tearline.text !== '' ? ['MarktearlineQ'] : [];
  return new Set([...everyWord.filter((word) => bytes.includes(word.toLowerCase())), ...told]);
}

describe('a variant', { timeout: 60_000 }, () => {
  it('holds exactly the words that the rules give its audience', () => {
    const seen = { nothing: 0, whole: 0, withheld: 0, tearline: 0 };
    fc.assert(
      fc.property(anyTold, anyRecipient, anyRelation, (told, recipient, relation) => {
        const message = tell(told);
        const expected = wordsFor(told, recipient, relation);
        const entitlement = entitle(recipient, message, relation);
        expect(entitlement.entitled).toBe(expected !== null);
        if (!entitlement.entitled || expected === null) {
          seen.nothing += 1;
          return;
        }
        const paths = entitlement.withheld.map(({ path }) => path);
        const found = wordsIn(renderVariant(message, paths));
        expect([...found].sort()).toEqual([...expected].sort());
        if (paths.length === 0) seen.whole += 1;
        else if (entitlement.steps.some(({ code }) => code === 'tearline.only')) seen.tearline += 1;
        else seen.withheld += 1;
      }),
      { numRuns: 6_000 },
    );
    expect(Object.values(seen).filter((count) => count < 50)).toEqual([]);
  });

  it('loses, and never gains, by an added restriction', () => {
    const restrict = fc.constantFrom(...restrictions);
    let narrowed = 0;
    fc.assert(
      fc.property(anyTold, anyRecipient, anyRelation, restrict, (told, recipient, relation, change) => {
        const before = entitle(recipient, tell(told), relation);
        const restricted = tell(change(told));
        const after = entitle(recipient, restricted, relation);
        if (!after.entitled) return;
        expect(before.entitled).toBe(true);
        if (!before.entitled) return;
        const paths = after.withheld.map(({ path }) => path);
        expect(before.withheld.filter(({ path }) => !isCovered(path, paths))).toEqual([]);
        if (after.withheld.length > before.withheld.length) narrowed += 1;
      }),
      { numRuns: 4_000 },
    );
    expect(narrowed).toBeGreaterThan(50);
  });

  it('is nowhere wider for a symbol unknown to this release than for any other', () => {
    const unknown = fc.constantFrom(...unknowns);
    fc.assert(
      fc.property(anyTold, anyRecipient, anyRelation, unknown, (told, recipient, relation, change) => {
        const known = entitle(recipient, tell(told), relation);
        const after = entitle(
          { ...recipient, ...change.recipient },
          tell({ ...told, ...change.told?.(told) }),
          relation,
        );
        if (!after.entitled) return;
        expect(known.entitled).toBe(true);
        const paths = after.withheld.map(({ path }) => path);
        if (known.entitled) expect(known.withheld.every(({ path }) => isCovered(path, paths))).toBe(true);
      }),
      { numRuns: 4_000 },
    );
  });

  it('is a record that can be written and read, and the same again from its own result', () => {
    fc.assert(
      fc.property(anyTold, anyRecipient, anyRelation, (told, recipient, relation) => {
        const message = tell(told);
        const entitlement = entitle(recipient, message, relation);
        if (!entitlement.entitled) return;
        const paths = entitlement.withheld.map(({ path }) => path);
        const variant = renderVariant(message, paths);
        expect(renderVariant(variant, paths)).toEqual(variant);
        expect(renderVariant(message, [...paths].reverse())).toEqual(variant);
        expect(decode('Message', encode('Message', variant))).toMatchObject({ status: 'decoded' });
      }),
      { numRuns: 500 },
    );
  });

  it('needs nothing more withheld when it is judged again', () => {
    fc.assert(
      fc.property(anyTold, anyRecipient, anyRelation, (told, recipient, relation) => {
        const message = tell(told);
        const entitlement = entitle(recipient, message, relation);
        if (!entitlement.entitled) return;
        const paths = entitlement.withheld.map(({ path }) => path);
        // As a mailbox does, which knows neither a rule nor a release.
        const inFavour = { ...recipient, origin: 'NAMED' as const, released: true, releasedParts: [] };
        const again = entitle(inFavour, renderVariant(message, paths), relation);
        expect(again.entitled).toBe(true);
        if (again.entitled) expect(again.withheld.filter(({ path }) => !isCovered(path, paths))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});

const tlpOrder = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'UNKNOWN'] as const;
const classificationOrder = ['NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'] as const;

/** Each makes a message at least as restricted as it was. */
const restrictions: readonly ((told: Told) => Told)[] = [
  (told) => ({ ...told, tlp: next(tlpOrder, told.tlp ?? 'AMBER') }),
  (told) => ({ ...told, classification: next(classificationOrder, told.classification) }),
  ...(['H1', 'H2', 'H3', 'UNKNOWN'] as const).map((code) => (told: Told) => ({
    ...told,
    handling: [...new Set([...told.handling, code])],
  })),
  (told) => ({ ...told, provenance: { kind: told.provenance?.kind ?? 'PARTNER', rule: true } }),
  (told) => ({ ...told, provenance: { rule: told.provenance?.rule ?? false, kind: 'UNKNOWN' } }),
  (told) => ({ ...told, excluded: [...told.excluded, 'desk:cyber'] }),
  (told) => ({ ...told, exclusive: ['post:CI', 'desk:cyber', 'partner:example-agency'] }),
  (told) => ({ ...told, tearline: told.tearline && { ...told.tearline, form: 'UNKNOWN' } }),
  (told) => ({ ...told, tearline: null }),
  (told) => ({
    ...told,
    persons: told.persons.map((person) => ({ ...person, category: 'UNKNOWN' as const })),
  }),
  (told) => ({ ...told, persons: told.persons.map((person) => ({ ...person, minor: true })) }),
  (told) => ({ ...told, things: told.things.map((thing) => ({ ...thing, type: 'UNKNOWN' as const })) }),
  (told) => ({ ...told, things: told.things.map((thing) => ({ ...thing, relation: 'UNKNOWN' as const })) }),
];

/** Each puts UNKNOWN where any other symbol stood. */
const unknowns: readonly {
  readonly recipient?: Partial<RecipientProfile>;
  readonly told?: (told: Told) => Partial<Told>;
}[] = [
  { recipient: { type: 'UNKNOWN' } },
  { recipient: { ceiling: 'UNKNOWN' } },
  { told: () => ({ classification: 'UNKNOWN' }) },
  { told: () => ({ tlp: 'UNKNOWN' }) },
  { told: () => ({ handling: ['UNKNOWN'] }) },
  { told: ({ provenance }) => ({ provenance: provenance && { ...provenance, kind: 'UNKNOWN' } }) },
  { told: ({ tearline }) => ({ tearline: tearline && { ...tearline, form: 'UNKNOWN' } }) },
  { told: ({ persons }) => ({ persons: persons.map((each) => ({ ...each, category: 'UNKNOWN' })) }) },
  { told: ({ things }) => ({ things: things.map((each) => ({ ...each, type: 'UNKNOWN' })) }) },
  { told: ({ things }) => ({ things: things.map((each) => ({ ...each, relation: 'UNKNOWN' })) }) },
];

function next<S extends string>(order: readonly S[], current: S): S {
  return order[Math.min(order.indexOf(current) + 1, order.length - 1)] ?? current;
}
