import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { DirectoryChange, ProposedDirectory } from '../../directory-model.ts';
import { ChappeProblem, isRecord, type ProblemPointer, parseJson } from '../../problem.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { type DirectoryOptions, openAdministration } from './directory-connect.ts';
import { differenceLines, nextStepLines } from './directory-lines.ts';

interface NamedFile {
  readonly name: string;
  readonly content: unknown;
}

/** Proposes files, a file of changes, or suspensions; faults are told with the file they are in. */
export async function propose(
  terminal: Terminal,
  paths: readonly string[],
  options: DirectoryOptions,
): Promise<ExitCode> {
  const given = suspensions(options);
  const files = (await Promise.all(paths.map((path) => readDirectoryFiles(terminal, path)))).flat();
  return await submit(terminal, proposedBy(files, given), options, files);
}

/** Proposes the content of an older release again. */
export async function rollForward(
  terminal: Terminal,
  release: string,
  options: DirectoryOptions,
): Promise<ExitCode> {
  if (!/^[1-9]\d{0,8}$/.test(release)) {
    throw new UsageError({ en: `not a release: ${release}`, fr: `ce n'est pas une version : ${release}` });
  }
  return await submit(terminal, { rollForwardTo: Number(release) }, options, []);
}

async function submit(
  terminal: Terminal,
  proposed: ProposedDirectory,
  options: DirectoryOptions,
  files: readonly NamedFile[],
): Promise<ExitCode> {
  const directory = await openAdministration(terminal, options);
  const { reason = '', base } = options;
  const proposal = await directory
    .propose(proposed, { reason, ...(base === undefined ? {} : { baseRelease: base }) })
    .catch((error: unknown) => {
      throw error instanceof ChappeProblem ? placedInFiles(error, files) : error;
    });
  if (options.json === true) {
    printJson(terminal, proposal);
    return exitCodes.ok;
  }
  const { colours, say } = terminal;
  terminal.out(
    `${colours.green('✓')} ${say({ en: 'proposed', fr: 'proposé' })} ${colours.bold(proposal.proposalId)}`,
  );
  for (const line of differenceLines(proposal, terminal)) terminal.out(line);
  for (const line of nextStepLines(proposal, terminal)) terminal.out(line);
  return exitCodes.ok;
}

function proposedBy(files: readonly NamedFile[], given: readonly DirectoryChange[]): ProposedDirectory {
  const [only, ...others] = files;
  if (only === undefined && given.length > 0) return { changes: given };
  if (only === undefined || given.length > 0) throw onePlease();
  const changes = others.length === 0 && isRecord(only.content) ? only.content.changes : undefined;
  return Array.isArray(changes) ? { changes } : { files };
}

function onePlease(): UsageError {
  return new UsageError(
    {
      en: 'say what to propose: files, a folder of files, or --suspend and --resume',
      fr: 'dites quoi proposer : des fichiers, un dossier de fichiers, ou --suspend et --resume',
    },
    {
      en: '`chappe directory export` prints what is in force; docs/guide-directory.md shows the forms',
      fr: '« chappe directory export » affiche ce qui est en vigueur ; docs/guide-directory.md montre les formes',
    },
  );
}

/** One proposal of one field each; ids and codes tell by their form what they name. */
function suspensions({ suspend = [], resume = [] }: DirectoryOptions): readonly DirectoryChange[] {
  const change = (suspended: boolean) => (who: string) => ({ ...entryNamed(who), set: { suspended } });
  return [...suspend.map(change(true)), ...resume.map(change(false))];
}

function entryNamed(who: string): Pick<DirectoryChange, 'list' | 'key'> {
  if (who.includes(':')) return { list: 'correspondents', key: `correspondent/${who}` };
  const [kind, id] = who.includes('/') ? who.split('/', 2) : [who.split('-', 1)[0], who];
  if (kind === 'person') return { list: 'persons', key: `person/${id}` };
  if (kind === 'system') return { list: 'systems', key: `system/${id}` };
  throw new UsageError(
    { en: `I cannot tell what ${who} is`, fr: `je ne sais pas ce qu'est ${who}` },
    {
      en: 'write person/<id>, system/<id>, or the code of a correspondent (post:DJ)',
      fr: "écrivez person/<id>, system/<id>, ou le code d'un correspondant (post:DJ)",
    },
  );
}

async function readDirectoryFiles(terminal: Terminal, path: string): Promise<readonly NamedFile[]> {
  if (path === '-') return [{ name: '-', content: contentOf('-', await terminal.readInput()) }];
  const place = resolve(terminal.cwd, path);
  try {
    if (!(await stat(place)).isDirectory()) return [await readOne(place)];
    const names = (await readdir(place)).filter((name) => name.endsWith('.json')).sort();
    return await Promise.all(names.map((name) => readOne(join(place, name))));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError({ en: `cannot read ${place}`, fr: `impossible de lire ${place}` });
  }
}

async function readOne(place: string): Promise<NamedFile> {
  return { name: basename(place), content: contentOf(place, await readFile(place, 'utf8')) };
}

function contentOf(place: string, text: string): unknown {
  const content = parseJson(text);
  if (content !== undefined) return content;
  throw new UsageError({ en: `${place} is not JSON`, fr: `${place} n'est pas du JSON` });
}

/** The server sees files by their number; whoever mends them knows their names. */
function placedInFiles({ details }: ChappeProblem, files: readonly NamedFile[]): ChappeProblem {
  const placed = ({ pointer = '', ...rest }: ProblemPointer): ProblemPointer => {
    const [, index, place = ''] = /^\/files\/(\d+)\/content(.*)$/s.exec(pointer) ?? [];
    const file = index === undefined ? undefined : files[Number(index)];
    return { ...rest, pointer: file === undefined ? pointer : `${file.name}#${place}` };
  };
  const { errors } = details;
  return new ChappeProblem({ ...details, ...(errors === undefined ? {} : { errors: errors.map(placed) }) });
}
