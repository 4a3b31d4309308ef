import { repositoryRoot } from '@chappe/testing';

/** Where the stack of `npm start` keeps its state and its data. */
export const localFolder = `${repositoryRoot}/.local`;
