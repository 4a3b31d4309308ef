import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { propertyTimeoutMs } from '../../test/arbitrary-records.ts';
import { exampleMessage } from '../../test/example-message.ts';
import { deriveId, deriveMessageId, deriveSubmissionId, isUuidV7, uuidV7TimeMs } from './derive-ids.ts';
import { deriveReference, isReference, normaliseReference, referenceAlphabet } from './derive-reference.ts';
import { computeRequestDigest, variantDigest } from './digest-requests.ts';

const uuidV8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const submission = '01936a5e-7c00-7000-8000-000000000001';
const uuidV7 = fc.uuid({ version: 7 });

// Computed once by another program from the description; they may never change, or retries stop matching.
const vectors = [
  ['post:DJ', 'DJ', submission, '01936a5e-7c00-8e6c-9aae-98bed46900de', 'DJ-24-Q6P6BK6-V'],
  ['post:CI', 'CI', submission, '01936a5e-7c00-8c9a-b0bc-923f6724c5f0', 'CI-24-V4QHGNT-S'],
  // One millisecond before and at midnight UTC of the new year.
  [
    'desk:counter-terrorism',
    'CT',
    '019b76da-a7ff-7abc-9def-0123456789ab',
    '019b76da-a7ff-820c-8594-9da145939610',
    'CT-25-GH47ECE-M',
  ],
  [
    'desk:counter-terrorism',
    'CT',
    '019b76da-a800-7abc-9def-0123456789ab',
    '019b76da-a800-8ab0-9014-d80c8afa14ac',
    'CT-26-D77Y9BK-Z',
  ],
] as const;

describe('ids', { timeout: propertyTimeoutMs }, () => {
  it.each(vectors)(
    'of %s and reference from %s are fixed',
    (correspondent, shortCode, submissionId, messageId, reference) => {
      expect(deriveMessageId(correspondent, submissionId)).toBe(messageId);
      expect(deriveReference(shortCode, submissionId, messageId)).toBe(reference);
      expect(isReference(reference)).toBe(true);
    },
  );

  it('keep the time of the submission and are UUIDv8', () => {
    fc.assert(
      fc.property(uuidV7, fc.stringMatching(/^[a-z]+:[A-Za-z0-9-]+$/), (submissionId, correspondent) => {
        const messageId = deriveMessageId(correspondent, submissionId);
        expect(messageId).toMatch(uuidV8);
        expect(messageId.slice(0, 13)).toBe(submissionId.slice(0, 13));
      }),
    );
  });

  it('of another correspondent or submission differ', () => {
    expect(deriveMessageId('post:DJ', submission)).not.toBe(deriveMessageId('post:CI', submission));
    expect(() => deriveMessageId('post:DJ', deriveMessageId('post:DJ', submission))).toThrow(TypeError);
  });

  it('of submissions derive from a moment and a cause', () => {
    const atMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(atMs, fc.string(), fc.string(), (moment, cause, other) => {
        const id = deriveSubmissionId(moment, cause);
        expect(isUuidV7(id)).toBe(true);
        expect(uuidV7TimeMs(id)).toBe(moment);
        expect(deriveSubmissionId(moment, other) === id).toBe(cause === other);
      }),
    );
    for (const absurd of [-1, 0.5, 2 ** 48, Number.NaN]) {
      expect(() => deriveSubmissionId(absurd, 'cause')).toThrow(TypeError);
    }
  });

  it('tell UUIDv7 in its canonical form from everything else', () => {
    expect(isUuidV7(submission)).toBe(true);
    // The example of RFC 9562, appendix A.6.
    expect(uuidV7TimeMs('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(Date.UTC(2022, 1, 22, 19, 22, 22));
    for (const text of [
      submission.toUpperCase(),
      `${submission}\n`,
      '',
      '01936a5e-7c00-4000-8000-000000000001',
      '01936a5e-7c00-7000-c000-000000000001',
    ]) {
      expect(isUuidV7(text)).toBe(false);
    }
    expect(() => uuidV7TimeMs('nothing')).toThrow(TypeError);
  });

  it('derived from parts are fixed, and know where one part ends', () => {
    expect(deriveId('decision', 'a', 'b')).toBe('621dfff4-d253-8834-a13a-c22a10985d66');
    expect(deriveId('decision', 'ab')).toBe('4820b426-5c4a-8697-9e2e-5fddc1a94e5d');
    const parts = fc.array(fc.string(), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const same = JSON.stringify(left) === JSON.stringify(right);
        expect(deriveId('x', ...left) === deriveId('x', ...right)).toBe(same);
      }),
    );
  });
});

const anyReference = fc
  .tuple(fc.stringMatching(/^[A-Z0-9]{2,6}$/), uuidV7, fc.stringMatching(/^[a-z]+:[A-Z]{2}$/))
  .map(([shortCode, submissionId, sender]) =>
    deriveReference(shortCode, submissionId, deriveMessageId(sender, submissionId)),
  );
const everyCharacter = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

describe('a reference', { timeout: propertyTimeoutMs }, () => {
  it('passes its own check and uses clear characters', () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        expect(isReference(reference)).toBe(true);
        const [, , characters = '', check = ''] = reference.split('-');
        expect([...characters, ...check].every((character) => referenceAlphabet.includes(character))).toBe(
          true,
        );
        expect(reference).toMatch(/^[A-Z0-9]{2,6}-\d\d-.{7}-.$/);
      }),
    );
  });

  it('is refused with any one character replaced', () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        let passed = 0;
        for (let index = 0; index < reference.length; index += 1) {
          for (const other of everyCharacter) {
            if (other === reference[index]) continue;
            passed += isReference(reference.slice(0, index) + other + reference.slice(index + 1)) ? 1 : 0;
          }
        }
        expect(passed).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused with any two neighbours swapped, across hyphens too', () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        const positions = [...reference].flatMap((character, index) => (character === '-' ? [] : [index]));
        positions.slice(1).forEach((right, index) => {
          const left = positions[index] ?? 0;
          if (reference[left] === reference[right]) return;
          const swapped = [...reference];
          [swapped[left], swapped[right]] = [reference[right] ?? '', reference[left] ?? ''];
          expect(isReference(swapped.join(''))).toBe(false);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is read as people type it', () => {
    expect(normaliseReference('  dj 24 q6p6bk6 v ')).toBe('DJ-24-Q6P6BK6-V');
  });
});

describe('digests', () => {
  const body = { b: 1, a: 'é', submissionId: submission };

  it('of a request are fixed, whatever the order of names', () => {
    const digest = '0604264355ff7c2ebcccef6418f25e609c6291943bdde66b09a5e6daa0c3121d';
    expect(computeRequestDigest('post:DJ', body)).toBe(digest);
    expect(computeRequestDigest('post:DJ', { submissionId: submission, a: 'é', b: 1.0 })).toBe(digest);
  });

  it('of a request differ by correspondent and by any value', () => {
    const digest = computeRequestDigest('post:DJ', body);
    expect(computeRequestDigest('post:CI', body)).not.toBe(digest);
    expect(computeRequestDigest('post:DJ', { ...body, b: 2 })).not.toBe(digest);
    expect(computeRequestDigest('post:DJ', { ...body, c: null })).not.toBe(digest);
  });

  it('of a variant change with what is withheld', () => {
    const original = exampleMessage();
    expect(variantDigest(original)).toMatch(/^[0-9a-f]{64}$/);
    expect(variantDigest(structuredClone(original))).toBe(variantDigest(original));
    expect(variantDigest({ ...original, actor: null, withheld: ['actor'] })).not.toBe(
      variantDigest(original),
    );
  });
});
