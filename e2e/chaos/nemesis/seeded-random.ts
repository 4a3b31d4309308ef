/** Random numbers that a seed repeats; every part of a chaos run draws from a fork of its own. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number at least 0, less than `maxExclusive`. */
  integer(maxExclusive: number): number;
  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T;
  /** A generator that depends on this one's seed and the label alone, not on what was drawn so far. */
  fork(label: string): Random;
}

/** A generator (mulberry32) that gives the same numbers for the same seed on every machine. */
export function seededRandom(seed: number): Random {
  let state = mix(Math.trunc(seed) >>> 0);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state) / 0x1_0000_0000;
  };
  return {
    next,
    integer(maxExclusive) {
      if (!Number.isSafeInteger(maxExclusive) || maxExclusive < 1) {
        throw new RangeError(`no whole number is below ${maxExclusive} and at least 0`);
      }
      return Math.floor(next() * maxExclusive);
    },
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing can be picked from an empty list');
      return list[Math.floor(next() * list.length)] as T;
    },
    fork: (label) => seededRandom(hash(seed, label)),
  };
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}

/** FNV-1a over the label, begun from the seed. */
function hash(seed: number, label: string): number {
  let value = (2_166_136_261 ^ Math.trunc(seed)) >>> 0;
  for (const character of label) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return value;
}
