import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { repositoryRoot } from '@chappe/testing';

/** Where the stack of `npm start` keeps its state and its data, unless told otherwise. */
export const defaultLocalFolder = `${repositoryRoot}/.local`;

/**
 * The folder of a stack's state and data: the default, or what CHAPPE_STACK names, so that several stacks
 * can run side by side. As for the command line, the stack.json in the folder will do too.
 */
export function localFolderFrom(env: NodeJS.ProcessEnv): string {
  const given = env.CHAPPE_STACK;
  if (given === undefined || given === '') return defaultLocalFolder;
  return resolve(given.endsWith('.json') ? dirname(given) : given);
}

/** Whether a stack may fill the folder, and a reset erase it: it holds nothing, or what a stack put there. */
export function belongsToStack(folder: string): boolean {
  if (folder === defaultLocalFolder || !existsSync(folder)) return true;
  const names = readdirSync(folder);
  return names.includes('secrets.json') || names.every((name) => name.startsWith('stack.'));
}
