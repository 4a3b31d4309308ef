import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCovered } from './covers-path.ts';
import { isReleasablePart } from './releasable-part.ts';
import { withheldBesideParts } from './tearline.ts';

describe('isReleasablePart', () => {
  it.each([
    'lead',
    'lead.entities',
    'lead.title',
    'places',
    'attachments',
    'tearline.text',
    'correction.lead.text',
  ])('takes %s', (path) => expect(isReleasablePart(path)).toBe(true));

  it.each([
    ['nowhere', 'lead.nowhere'],
    ['nothing', ''],
    ['the prototype', 'lead.constructor'],
    ['a path in the form of JSON', '/body/entities'],
    ['an item of a list', 'lead.entities[0]'],
    ['every item', 'lead.entities[].label'],
    ['what is inside a list', 'lead.entities.label'],
    ['what is inside a text', 'lead.title.length'],
    ['what is never withheld', 'messageId'],
    ['the same inside a part', 'sender.correspondent'],
    ['who is behind it', 'actor'],
    ['the source', 'provenance.sourceToken'],
    ['whom the sender excluded', 'recipients.excluded'],
    ['a gap', 'lead..title'],
  ])('refuses %s: %s', (_, path) => expect(isReleasablePart(path)).toBe(false));

  it('takes only what a release then really opens, and what is closed without it', () => {
    const names = fc.constantFrom(
      'lead',
      'entities',
      'title',
      'label',
      'sender',
      'unit',
      'places',
      'x',
      'handling',
    );
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 3 }), (parts) => {
        const path = parts.join('.');
        if (!isReleasablePart(path)) return;
        const closes = (withheld: readonly string[]): boolean =>
          isCovered(path, withheld) || withheld.some((each) => each.startsWith(`${path}.`));
        expect(closes(withheldBesideParts(['none']))).toBe(true);
        expect(closes(withheldBesideParts([path]))).toBe(false);
      }),
    );
  });
});
