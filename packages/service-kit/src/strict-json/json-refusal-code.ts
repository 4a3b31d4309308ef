import type { ProblemCode } from '../problems/catalogue.ts';

/** Why a body was refused. */
export type JsonRefusalCode = Extract<
  ProblemCode,
  | 'empty-body'
  | 'invalid-utf8'
  | 'malformed-json'
  | 'nul-character'
  | 'lone-surrogate'
  | 'number-out-of-range'
  | 'nesting-too-deep'
  | 'too-many-values'
  | 'duplicate-name'
  | 'forbidden-name'
>;
