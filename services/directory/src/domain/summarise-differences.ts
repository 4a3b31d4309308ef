import type { EntryDifference } from '@chappe/directory';

/** How one entry would differ, without a value: which entry, which of its fields, in words. */
export interface DifferenceSummary extends Omit<EntryDifference, 'fields'> {
  readonly fields: readonly { readonly pointer: string }[];
}

/** How many differences are told of one proposal; its changes can be read whole while it holds them. */
export const mostShownDifferences = 500;

/**
 * What may be kept of a proposal for good. The values of one that is rejected are nobody's business: they may be an
 * attempt to write down what does not belong in the directory.
 */
export function summariseDifferences(differences: readonly EntryDifference[]): readonly DifferenceSummary[] {
  return differences.slice(0, mostShownDifferences).map(({ key, list, change, fields, textFr, textEn }) => ({
    key,
    list,
    change,
    fields: fields.map(({ pointer }) => ({ pointer })),
    textFr,
    textEn,
  }));
}
