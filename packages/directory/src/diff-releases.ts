import { canonicalJson } from '@chappe/schemas';
import { entryLists, pointerStep } from './check-form.ts';
import { compareKeys, type DirectoryEntries, type EntryList, entryKeys } from './directory-entries.ts';

/** How one entry differs between two releases. */
export interface EntryDifference {
  readonly key: string;
  readonly list: EntryList;
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED';
  /** What changed in it; empty for an entry that was added or removed. */
  readonly fields: readonly FieldDifference[];
  readonly textFr: string;
  readonly textEn: string;
}

/** One place of an entry with what stood there and what stands there now; null where nothing does. */
export interface FieldDifference {
  /** Within the entry, as a JSON pointer. */
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

const listNames: Readonly<Record<EntryList, readonly [fr: string, en: string]>> = {
  correspondents: ['le correspondant', 'the correspondent'],
  coverage: ['la couverture', 'the coverage'],
  persons: ['la personne', 'the person'],
  systems: ['le système', 'the system'],
  grants: ["l'habilitation", 'the grant'],
  rules: ['la règle', 'the rule'],
  channels: ['le canal', 'the channel'],
  units: ["l'unité", 'the unit'],
  positions: ['la fonction', 'the position'],
  shifts: ['le tour de permanence', 'the shift'],
  absences: ["l'absence", 'the absence'],
  releaseRules: ['la règle de libération', 'the release rule'],
};

/** What the content of a later release adds, removes and changes, in order of key. The order of lists does not matter. */
export function diffReleases(before: DirectoryEntries, after: DirectoryEntries): readonly EntryDifference[] {
  return entryLists
    .flatMap((list) => diffList(list, before, after))
    .sort((a, b) => compareKeys(a.key, b.key));
}

function diffList<L extends EntryList>(
  list: L,
  before: DirectoryEntries,
  after: DirectoryEntries,
): readonly EntryDifference[] {
  const byKey = (entries: DirectoryEntries): ReadonlyMap<string, DirectoryEntries[L][number]> => {
    const listed: readonly DirectoryEntries[L][number][] = entries[list];
    return new Map(listed.map((each) => [entryKeys[list](each), each]));
  };
  const [was, is] = [byKey(before), byKey(after)];
  const removed = [...was.keys()].filter((key) => !is.has(key)).map((key) => tell(list, key, 'REMOVED', []));
  const others = [...is].flatMap(([key, entry]) => {
    const old = was.get(key);
    if (old === undefined) return [tell(list, key, 'ADDED', [])];
    const fields = diffFields(old, entry, '');
    return fields.length === 0 ? [] : [tell(list, key, 'CHANGED', fields)];
  });
  return [...removed, ...others];
}

function diffFields(before: unknown, after: unknown, pointer: string): readonly FieldDifference[] {
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((name) => diffFields(before[name], after[name], pointer + pointerStep(name)));
  }
  // A list is a set of codes, or short: what it holds now says more than which place moved where.
  const [was, is] = [before ?? null, after ?? null];
  return canonicalJson([was]) === canonicalJson([is]) ? [] : [{ pointer, before: was, after: is }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tell(
  list: EntryList,
  key: string,
  change: EntryDifference['change'],
  fields: readonly FieldDifference[],
): EntryDifference {
  const [fr, en] = listNames[list];
  const id = key.slice(key.indexOf('/') + 1);
  const where = fields.map(({ pointer }) => pointer.slice(1)).join(', ');
  const verbs = {
    ADDED: [`Ajoute ${fr} ${id}.`, `Adds ${en} ${id}.`],
    REMOVED: [`Retire ${fr} ${id}.`, `Removes ${en} ${id}.`],
    CHANGED: [`Modifie ${fr} ${id} : ${where}.`, `Changes ${en} ${id}: ${where}.`],
  } as const;
  const [textFr, textEn] = verbs[change];
  return { key, list, change, fields, textFr, textEn };
}
