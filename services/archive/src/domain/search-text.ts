import type { Message } from '@chappe/schemas';

/**
 * Every word that a reader of this variant may search for: free text, names and identifiers, wherever they
 * stand. Made from the variant, so a withheld word cannot be found. Codes, ids and digests are left out:
 * they are matched by filters, not by words.
 */
export function searchText(variant: Message): string {
  const words: string[] = [variant.reference, ...variant.keywords, ...variant.countriesConcerned];
  const parts: unknown[] = [
    variant.places,
    variant.tearline?.text,
    variant.translations.map((translation) => translation.text),
    variant.externalRefs.map((ref) => ref.value),
    variant.lead,
    variant.supplement,
    variant.informationRequest,
    variant.reply,
    variant.correction,
    variant.cancellation,
    variant.dispatch,
    variant.releaseRequest,
    variant.release,
    variant.disclosure,
    variant.closure,
    variant.hit,
    variant.service,
  ];
  for (const part of parts) collectText(part, words);
  return foldForSearch(words.join(' '));
}

/**
 * The form in which text is indexed and asked for: without accents, in small letters. Done here and not by
 * a database extension, so that text and query can never be folded differently.
 */
export function foldForSearch(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

const codeLike =
  /^(?:[A-Z][A-Z0-9_]*|[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
const identifierFields = new Set([
  'value',
  'normalised',
  'identifier',
  'number',
  'name',
  'city',
  'text',
  'title',
]);

function collectText(part: unknown, words: string[], field = 'text'): void {
  if (typeof part === 'string') {
    // An identifier such as a passport number looks like a code, and is what people search for.
    if (identifierFields.has(field) || !codeLike.test(part)) words.push(part);
  } else if (Array.isArray(part)) {
    for (const item of part) collectText(item, words, field);
  } else if (part !== null && typeof part === 'object') {
    for (const [name, value] of Object.entries(part)) collectText(value, words, name);
  }
}
