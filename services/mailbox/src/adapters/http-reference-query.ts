import { isReference, normaliseReference } from '@chappe/schemas';
import { Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import type { ReferenceFiler, ReferenceSide } from './postgres-file-references.ts';

/** The parameter that looks a reference up. */
export const referenceProperty = {
  reference: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'Only messages with this reference, in any spelling in which it can be said or typed',
    }),
  ),
};

/**
 * The reference in its one written form, everything that may bear it filed; undefined where none is asked for. A
 * mistyped one is told by its check symbol.
 */
export async function findableReference(
  given: string | undefined,
  filer: Pick<ReferenceFiler, 'catchUp'>,
  where: { readonly correspondent: string; readonly side: ReferenceSide },
): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const reference = normaliseReference(given);
  if (!isReference(reference)) {
    throw new Problem('reference-mistyped', {
      errors: [
        {
          pointer: '/reference',
          code: 'reference-mistyped',
          detail: 'the check symbol does not fit the rest',
        },
      ],
    });
  }
  if (!(await filer.catchUp(where.correspondent, where.side)))
    throw new Problem('unavailable', { detail: 'Older messages are still being filed.', retryAfterS: 2 });
  return reference;
}
