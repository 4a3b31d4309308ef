import type { Problem } from '../problems/problem.ts';
import { problemOfValidation } from './describe-validation.ts';
import { createAjv } from './validator-compilers.ts';

/** Checks a value that is only a part of a body; undefined when it is valid. */
export type BodyCheck = (value: unknown) => Problem | undefined;

/** The check that a route applies to its whole body, for the items of a batch, which are answered one by one. */
export function compileBodyCheck(
  schema: object,
  options: { serverFields?: readonly string[] } = {},
): BodyCheck {
  const validate = createAjv([], false).compile(schema);
  const serverFields = new Set(options.serverFields ?? []);
  return (value) =>
    validate(value) ? undefined : problemOfValidation(validate.errors ?? [], 'body', serverFields);
}
