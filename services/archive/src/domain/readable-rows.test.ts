import { renderVariant } from '@chappe/policy';
import {
  completeDraft,
  type Decision,
  type DecisionEntry,
  draftFromJson,
  type Message,
  variantDigest,
} from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMessage } from './open-message.ts';
import { passedOnOriginals, readableRows } from './readable-rows.ts';
import { foldForSearch, searchText } from './search-text.ts';

const submissionId = '019ab3d2-e002-7c4a-9d21-5b7f0e3a1002';

/** Every free text of this lead is a word that stands nowhere else. */
const words = {
  'lead.text': 'wordoftext',
  'lead.title': 'wordoftitle',
  'lead.summary': 'wordofsummary',
  'lead.callback': 'wordofcallback',
  keywords: 'wordofkeyword',
  places: 'wordofplace',
};
type Path = keyof typeof words;
const paths = Object.keys(words) as Path[];

const lead: Message = completeDraft(
  draftFromJson({
    submissionId,
    kind: 'LEAD',
    status: 'EXERCISE',
    exerciseId: 'EXERCISE-UNIT',
    urgency: 'ROUTINE',
    crimeAreas: ['TERRORISM'],
    keywords: [words.keywords],
    places: [{ country: 'DJ', name: words.places }],
    body: {
      text: words['lead.text'],
      title: words['lead.title'],
      summary: words['lead.summary'],
      callback: words['lead.callback'],
    },
  }),
  {
    correspondent: 'post:DJ',
    messageId: '019ab3d2-e002-8000-8000-000000000001',
    reference: 'DJ-25-AAAAAAA-A',
    actor: 'person-1',
    releasedBy: null,
    releasedAt: null,
    receivedAt: 1_790_000_000_000,
    retainUntil: null,
    requestDigest: 'a'.repeat(64),
    traceId: null,
    schemaVersion: 1,
    withheld: [],
  },
);

function decision(variants: Record<string, readonly string[]>, changes: Partial<Decision> = {}): Decision {
  return {
    decisionId: '019ab3d2-e002-8000-8000-0000000000d1',
    messageId: lead.messageId,
    requestDigest: lead.requestDigest,
    submissionId,
    reference: lead.reference,
    threadId: lead.threadId,
    kind: 'LEAD',
    status: 'EXERCISE',
    lane: 'routine',
    outcome: 'ACCEPTED',
    refusalCode: null,
    decidedAt: 1,
    directoryRelease: 1,
    policyVersion: 'test',
    sender: 'post:DJ',
    variants: Object.entries(variants).map(([variantId, withheld]) => ({
      variantId,
      messageId: null,
      withheld: [...withheld],
      sha256: variantDigest(renderVariant(lead, withheld)),
    })),
    entries: [],
    denied: [],
    ...changes,
  };
}

const entry = (
  correspondent: string,
  role: DecisionEntry['role'],
  variantId: string | null,
): DecisionEntry => ({
  deliveryId: `${correspondent} ${role}`,
  correspondent,
  role,
  variantId,
  noticeCode: null,
  about: null,
  reasons: [],
});

describe('what a correspondent may find', () => {
  it('never contains a word that is withheld from it, and contains every other', () => {
    fc.assert(
      fc.property(fc.subarray(paths), (withheld) => {
        const given = decision({ v: withheld }, { entries: [entry('post:CI', 'ACTION', 'v')] });
        const [row] = readableRows(lead, given).rows;
        for (const path of paths) {
          expect(row?.searchText.includes(words[path])).toBe(!withheld.includes(path));
        }
      }),
    );
  });

  it('is one row per correspondent, with the variant of its closest role', () => {
    const given = decision(
      { whole: [], less: ['lead.title'] },
      {
        entries: [
          entry('post:DJ', 'INFORMATION', 'less'),
          entry('post:DJ', 'SENDER', 'whole'),
          entry('post:CI', 'NOTICE', null),
        ],
      },
    );
    expect(readableRows(lead, given).rows).toMatchObject([
      { correspondent: 'post:DJ', roles: ['INFORMATION', 'SENDER'], variantId: 'whole', actor: 'person-1' },
    ]);
  });

  it('is nothing when the decision refuses', () => {
    const refused = decision({ v: [] }, { outcome: 'REFUSED', entries: [entry('post:CI', 'ACTION', 'v')] });
    expect(readableRows(lead, refused).rows).toEqual([]);
  });

  it('is nothing, and an alarm, when a variant does not have the digest of its decision', () => {
    const given = decision({ v: [] }, { entries: [entry('post:CI', 'ACTION', 'v')] });
    const altered = { ...lead, keywords: ['another word'] };
    expect(readableRows(altered, given)).toEqual({ rows: [], alteredVariantIds: ['v'] });
    expect(openMessage(altered, given, 'v')).toEqual({ status: 'altered', variantId: 'v' });
    expect(openMessage(lead, given, 'v').status).toBe('intact');
    expect(openMessage(lead, given, 'a variant that was never decided').status).toBe('altered');
  });

  it('leaves the variants of other messages alone, and names the originals that are passed on', () => {
    const originalId = '019ab3d2-e002-8000-8000-0000000000ff';
    const given = decision({ own: [] });
    const dispatch: Decision = {
      ...given,
      variants: [
        ...given.variants,
        { variantId: 'passed', messageId: originalId, withheld: [], sha256: 'x' },
      ],
      entries: [entry('post:CI', 'ACTION', 'passed'), entry('post:LB', 'ACTION', 'own')],
    };
    expect(readableRows(lead, dispatch).rows.map((row) => row.correspondent)).toEqual(['post:LB']);
    expect(passedOnOriginals(dispatch)).toEqual([originalId]);
    expect(passedOnOriginals({ ...dispatch, outcome: 'REFUSED' })).toEqual([]);
  });
});

describe('folding', () => {
  it('ignores accents and case, and is the same for text and query however often it is applied', () => {
    expect(foldForSearch('Élément ŒUVRE Ångström')).toBe('element œuvre angstrom');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldForSearch(foldForSearch(text))).toBe(foldForSearch(text));
      }),
    );
  });

  it('keeps identifiers and drops codes and digests', () => {
    const text = searchText(lead);
    expect(text).toContain('dj-25-aaaaaaa-a');
    expect(text).not.toContain('terrorism');
  });
});
