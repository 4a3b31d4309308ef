import type { MessageRequest } from '../../message-request.ts';
import type { MessageStatus } from '../build-message.ts';
import type { Text } from '../language.ts';
import { asRequest, completeMessage } from '../read-message-file.ts';
import { deriveSubmissionId } from './derive-submission-id.ts';
import { fillTemplate } from './fill-template.ts';
import type { Mapping } from './read-mapping.ts';
import type { CsvRow } from './read-rows.ts';

/** A row as a message, or everything that speaks against it. */
export type ComposedRow =
  | { readonly status: 'composed'; readonly message: MessageRequest }
  | { readonly status: 'faulty'; readonly faults: readonly Text[] };

/** Longer keys are texts that got into the wrong column. */
const mostKeyCharacters = 200;

/**
 * Makes messages of rows. It remembers the keys it has seen, since two rows with one key would be one message:
 * the second is refused and says where the first is.
 */
export function createRowComposer(
  mapping: Mapping,
  heads: readonly string[],
  status: { readonly of: MessageStatus | undefined; readonly wins: boolean },
): (row: CsvRow) => ComposedRow {
  const places = new Map(heads.map((head, index) => [head, index]));
  const lines = new Map<string, number>();
  return ({ line, cells }) => {
    const cell = (column: string): string => cells[places.get(column) ?? -1] ?? '';
    const key = mapping.key.map((column) => cell(column).trim());
    const faults = [...columnFaults(cells, heads), ...keyFaults(key)];
    if (faults.length > 0) return { status: 'faulty', faults };
    const submissionId = deriveSubmissionId(mapping.identity, key);
    const before = lines.get(submissionId);
    if (before !== undefined) {
      const twice = {
        en: `the same key as the row of line ${before}`,
        fr: `la même clé que la ligne ${before}`,
      };
      return { status: 'faulty', faults: [twice] };
    }
    lines.set(submissionId, line);
    const filled = fillTemplate(mapping.message, cell, mapping.timeOffset);
    if (filled.status === 'faulty') return filled;
    const request = { ...filled.message, submissionId };
    const message = completeMessage(request, status.of, { fresh: false, statusWins: status.wins });
    return { status: 'composed', message: asRequest({ ...message }) };
  };
}

function columnFaults(cells: readonly string[], heads: readonly string[]): readonly Text[] {
  if (cells.length === heads.length) return [];
  return [
    {
      en: `${cells.length} cells under ${heads.length} heads`,
      fr: `${cells.length} cellules sous ${heads.length} en-têtes`,
    },
  ];
}

function keyFaults(key: readonly string[]): readonly Text[] {
  if (key.every((part) => part === '')) return [{ en: 'the key is empty', fr: 'la clé est vide' }];
  const length = key.join('').length;
  if (length <= mostKeyCharacters) return [];
  return [{ en: `the key has ${length} characters`, fr: `la clé a ${length} caractères` }];
}
