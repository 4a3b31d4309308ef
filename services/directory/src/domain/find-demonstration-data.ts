import { type DirectoryFile, demonstrationFiles } from '@chappe/directory';
import { entriesInFiles } from './entries-in-files.ts';
import type { InstallationFinding } from './installation-finding.ts';

const mostShown = 20;
const invented = /\((?:fictif|fictive|invented)\)/i;

/**
 * What of some files belongs to the demonstration: its notice, names that say that they are invented, and accounts
 * and clients with its prefix, whose secrets anybody may have.
 */
export function findDemonstrationData(
  files: readonly DirectoryFile[],
  demonstrationPrefix: string,
): readonly InstallationFinding[] {
  const notices = new Set(demonstrationFiles.map(noticeOf));
  const found = [
    ...files
      .filter((file) => noticeOf(file) !== undefined && notices.has(noticeOf(file)))
      .map(({ name }) => ({ file: name, pointer: '/notice' })),
    ...entriesInFiles(files).flatMap(({ list, entry, file, pointer }) => {
      const at = (field: string) => [{ file, pointer: `${pointer}/${field}` }];
      if (list === 'persons' && begins(entry.subject, demonstrationPrefix)) return at('subject');
      if (list === 'persons' && invented.test(String(entry.displayName))) return at('displayName');
      return list === 'systems' && begins(entry.clientId, demonstrationPrefix) ? at('clientId') : [];
    }),
  ];
  const more = found.length - mostShown;
  const findings = found
    .slice(0, mostShown)
    .map((place) => ({ code: 'demonstration-data', ...place, ...words }));
  if (more <= 0) return findings;
  return [
    ...findings,
    {
      code: 'demonstration-data',
      file: '',
      pointer: '',
      detail: {
        fr: `et ${more} autres endroits de la démonstration`,
        en: `and ${more} more places of the demonstration`,
      },
    },
  ];
}

const words = {
  detail: {
    fr: 'donnée de la démonstration : une installation de production a les siennes',
    en: 'belongs to the demonstration: a production installation has its own',
  },
};

function noticeOf({ content }: DirectoryFile): unknown {
  return typeof content === 'object' && content !== null ? Reflect.get(content, 'notice') : undefined;
}

function begins(value: unknown, prefix: string): boolean {
  return typeof value === 'string' && value.startsWith(prefix);
}
