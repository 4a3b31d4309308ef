import { coveringPosts, type DirectorySnapshot } from '@chappe/directory';
import type { Message } from '@chappe/schemas';

/**
 * Who stands in for a suspended correspondent: for a post, whoever covers first those of its countries that the
 * message concerns, for the message's crime areas; its seat, when the message concerns none of them. The duty desk
 * stands in for everybody else, and for a post that nobody covers for.
 */
export function standInsFor(
  suspended: string,
  message: Message,
  directory: DirectorySnapshot,
  nowMs: number,
): readonly string[] {
  const entry = directory.correspondents.get(suspended);
  const countries = entry?.type === 'POST' ? countriesOf(suspended, entry.country, message, directory) : [];
  const crimeAreas = message.crimeAreas.length === 0 ? [null] : message.crimeAreas;
  const found = new Set<string>();
  for (const country of countries) {
    for (const crimeArea of crimeAreas) {
      const [first] = coveringPosts(directory, { country, crimeArea, atMs: nowMs });
      if (first !== undefined) found.add(first.correspondent);
    }
  }
  if (found.size > 0) return [...found];
  return directory.dutyDesk === '' ? [] : [directory.dutyDesk];
}

function countriesOf(
  post: string,
  seat: string | null,
  message: Message,
  directory: DirectorySnapshot,
): readonly string[] {
  const named = [
    ...message.countriesConcerned,
    ...message.places.flatMap(({ country }) => (country === null ? [] : [country])),
  ];
  const covers = (country: string): boolean =>
    (directory.sharesByCountry.get(country) ?? []).some(({ correspondent }) => correspondent === post);
  const concerned = [...new Set(named)].filter(covers);
  if (concerned.length > 0) return concerned;
  return seat === null ? [] : [seat];
}
