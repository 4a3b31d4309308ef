import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DirectoryFile } from '@chappe/directory';
import { parseStrictJson } from '@chappe/service-kit';
import type { InstallationFinding } from '../domain/installation-finding.ts';

/** The files of a directory, or every reason why they cannot be read. */
export type FolderReading =
  | { readonly status: 'read'; readonly files: readonly DirectoryFile[] }
  | { readonly status: 'refused'; readonly findings: readonly InstallationFinding[] };

const mostFiles = 100;
const mostBytes = 8 * 1024 * 1024;
const jsonLimits = { maxDepth: 16, maxNodes: 500_000 };

type Reading = { readonly file: DirectoryFile } | { readonly finding: InstallationFinding };

/** Reads the `.json` files of a folder, or one file alone, within the bounds of a proposal. */
export async function readDirectoryFolder(path: string): Promise<FolderReading> {
  let places: readonly string[];
  try {
    const isFolder = (await stat(path)).isDirectory();
    const names = isFolder ? (await readdir(path)).filter((name) => name.endsWith('.json')).sort() : [];
    places = isFolder ? names.map((name) => join(path, name)) : [path];
  } catch {
    return refused([
      fault('unreadable', basename(path), {
        fr: 'ce dossier ne peut pas être lu',
        en: 'this folder cannot be read',
      }),
    ]);
  }
  if (places.length === 0) {
    return refused([
      fault('no-files', basename(path), {
        fr: 'il n’y a aucun fichier .json ici',
        en: 'there is no .json file here',
      }),
    ]);
  }
  const sizes = await Promise.all(places.map(sizeOf));
  if (places.length > mostFiles || sizes.reduce((sum, size) => sum + size, 0) > mostBytes) {
    return refused([
      fault('too-large', basename(path), {
        fr: `au plus ${mostFiles} fichiers et ${mostBytes / 1024 / 1024} Mio ensemble`,
        en: `at most ${mostFiles} files and ${mostBytes / 1024 / 1024} MiB together`,
      }),
    ]);
  }
  const readings = await Promise.all(places.map(readOne));
  const findings = readings.flatMap((each) => ('finding' in each ? [each.finding] : []));
  if (findings.length > 0) return refused(findings);
  return { status: 'read', files: readings.flatMap((each) => ('file' in each ? [each.file] : [])) };
}

/** What cannot be looked at counts as empty here, and is told of when it is read. */
async function sizeOf(place: string): Promise<number> {
  const found = await stat(place).catch(() => undefined /* told of when it is read */);
  return found?.size ?? 0;
}

async function readOne(place: string): Promise<Reading> {
  const name = basename(place);
  let bytes: Buffer;
  try {
    bytes = await readFile(place);
  } catch {
    return {
      finding: fault('unreadable', name, {
        fr: 'ce fichier ne peut pas être lu',
        en: 'this file cannot be read',
      }),
    };
  }
  const parsed = parseStrictJson(bytes, jsonLimits);
  if (parsed.status === 'parsed') return { file: { name, content: parsed.value } };
  const { code, detail, pointer = '' } = parsed;
  return { finding: { code, file: name, pointer, detail: { fr: detail, en: detail } } };
}

function refused(findings: readonly InstallationFinding[]): FolderReading {
  return { status: 'refused', findings };
}

function fault(code: string, file: string, detail: InstallationFinding['detail']): InstallationFinding {
  return { code, file, pointer: '', detail };
}
