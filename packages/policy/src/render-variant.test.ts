import { decode, encode, type Message } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMessage } from './blank-message.fixture.ts';
import { renderVariant } from './render-variant.ts';
import { alwaysWithheldFromRecipients } from './rules/withholding.ts';

/** A lead with a marker of its own in every text that can be withheld, and the path that withholds it. */
const marked: Message = aMessage({
  submissionId: 'MARK-submissionId',
  actor: 'MARK-actor',
  drafter: 'MARK-drafter',
  senderStream: 'MARK-senderStream',
  senderSeq: 4711,
  sender: { correspondent: 'post:DJ', unit: 'MARK-sender.unit', position: 'MARK-sender.position' },
  keywords: ['MARK-keywords'],
  handlingNote: 'MARK-handlingNote',
  recipients: {
    action: [
      {
        correspondent: 'post:CI',
        attention: { positions: ['MARK-recipients.action[].attention'], exclusive: true },
      },
      { correspondent: 'MARK-recipients.action[].correspondent', attention: null },
    ],
    information: [],
    excluded: ['MARK-recipients.excluded'],
  },
  provenance: {
    kind: 'PARTNER',
    partner: 'MARK-provenance.partner',
    thirdPartyRule: true,
    sourceToken: 'MARK-provenance.sourceToken',
  },
  lead: {
    text: 'MARK-lead.text',
    title: 'MARK-lead.title',
    summary: null,
    entities: [],
    relations: [],
    callback: 'MARK-lead.callback',
  },
});
const markers = [...JSON.stringify(marked).matchAll(/MARK-([^"]+)/g)].map((found) => found[1] ?? '');
const parents = ['lead', 'provenance', 'recipients', 'recipients.action', 'sender', 'recipients.action[]'];
const nowhere = [
  '',
  '.',
  '[]',
  'nothing',
  'lead.nothing',
  'lead.text.deeper',
  'keywords[].x',
  'keywords[7]',
  'lead.text[0]',
  'lead.entities[2].person',
  'recipients.action[9].correspondent',
  '__proto__',
  'lead.constructor',
];
const anyPath = fc.constantFrom(...markers, ...parents, ...nowhere);

function withholds(path: string, marker: string): boolean {
  return marker === path || marker.startsWith(`${path}.`) || marker.startsWith(`${path}[]`);
}

describe('renderVariant', () => {
  it('contains no marker that was withheld, and every other one', () => {
    fc.assert(
      fc.property(fc.array(anyPath), (paths) => {
        const text = JSON.stringify({ ...renderVariant(marked, paths), withheld: [] });
        for (const marker of markers) {
          const gone = paths.some((path) => path !== 'recipients.action[]' && withholds(path, marker));
          if (gone) expect(text).not.toContain(`MARK-${marker}"`);
          else if (!paths.includes('recipients.action[]')) expect(text).toContain(`MARK-${marker}"`);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('names exactly what was withheld, sorted, once', () => {
    fc.assert(
      fc.property(fc.array(anyPath), (paths) => {
        expect(renderVariant(marked, paths).withheld).toEqual([...new Set(paths)].sort());
      }),
    );
  });

  it('remains a record that can be written and read', () => {
    fc.assert(
      fc.property(fc.subarray([...markers, ...parents]), (paths) => {
        const variant = renderVariant(marked, paths);
        expect(decode('Message', encode('Message', variant))).toMatchObject({
          status: 'decoded',
          value: JSON.parse(JSON.stringify(variant)),
        });
      }),
    );
  });

  it('empties by type: null, list, number, text', () => {
    const variant = renderVariant(marked, ['provenance', 'keywords', 'senderSeq', 'lead.text', 'receivedAt']);
    expect(variant).toMatchObject({ provenance: null, keywords: [], senderSeq: null, receivedAt: 0 });
    expect(variant.lead?.text).toBe('');
  });

  it('blanks a field in every item of a list', () => {
    const { action } = renderVariant(marked, ['recipients.action[].attention']).recipients;
    expect(action.map((each) => each.attention)).toEqual([null, null]);
  });

  it('blanks one item of a list in its place, whole or in part', () => {
    const one = renderVariant(marked, ['recipients.action[1]', 'keywords[0]']);
    expect(one.recipients.action.map((each) => each.correspondent)).toEqual(['post:CI', '']);
    expect(one.keywords).toEqual(['']);
    const part = renderVariant(marked, ['recipients.action[0].attention']);
    expect(part.recipients.action.map((each) => each.attention)).toEqual([null, null]);
    expect(part.recipients.action[0]?.correspondent).toBe('post:CI');
  });

  it('leaves the original alone, and yields the same again from its own result', () => {
    const before = structuredClone(marked);
    const variant = renderVariant(marked, alwaysWithheldFromRecipients);
    expect(marked).toEqual(before);
    expect(renderVariant(variant, alwaysWithheldFromRecipients)).toEqual(variant);
  });

  it('does not depend on the order of the paths', () => {
    fc.assert(
      fc.property(fc.array(anyPath), (paths) => {
        expect(renderVariant(marked, [...paths].reverse())).toEqual(renderVariant(marked, paths));
      }),
    );
  });
});
