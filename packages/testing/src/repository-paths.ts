import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** What can be fetched again: git-ignored, shared by all runs in this checkout. */
export const cacheFolder = `${repositoryRoot}/.cache`;
