import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../problems/problem.ts';
import { createCursorSeal, linkToNext } from './cursor-seal.ts';

const key = Buffer.alloc(32, 7);
const cursors = createCursorSeal(() => key);
describe('a cursor', () => {
  it('gives back its place to the binding it was made for', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), fc.string(), (place, binding) => {
        fc.pre(Buffer.byteLength(place) <= 200 && place.isWellFormed());
        expect(cursors.open(cursors.seal(place, binding), binding)).toBe(place);
      }),
    );
  });

  it('of another binding, another key, altered, cut, padded or invented opens nothing', () => {
    const cursor = cursors.seal('1.-.42', 'ann post:DJ');
    const otherKey = createCursorSeal(() => Buffer.alloc(32, 8));
    expect(cursors.open(cursor, 'bob post:DJ')).toBeUndefined();
    expect(otherKey.open(cursor, 'ann post:DJ')).toBeUndefined();
    const invented = randomBytes(400).toString('base64url');
    for (const each of [cursor.slice(0, -2), `${cursor}=`, `${cursor}!`, '', '42', invented]) {
      expect(cursors.open(each, 'ann post:DJ')).toBeUndefined();
    }
  });

  it('opens nothing once any of its bits was changed', () => {
    const bytes = Buffer.from(cursors.seal('1.-.42', 'b'), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(cursors.open(changed.toString('base64url'), 'b')).toBeUndefined();
    }
  });

  it('is answered unavailable while the key has not been read', () => {
    const early = createCursorSeal(() => undefined);
    expect(() => early.seal('1', 'b')).toThrow(Problem);
    expect(() => early.open(cursors.seal('1', 'b'), 'b')).toThrow(Problem);
  });
});

it('links to the next page with what narrows it', () => {
  expect(linkToNext('/v1/inbox', { lane: 'flash', kind: undefined, unread: true, cursor: 'a-b' })).toBe(
    '</v1/inbox?lane=flash&unread=true&cursor=a-b>; rel="next"',
  );
});
