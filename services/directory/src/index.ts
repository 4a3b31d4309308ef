export { type DirectoryConfig, directorySettings } from './config.ts';
export type { DirectoryOverrides } from './directory-overrides.ts';
export { startDirectory } from './service.ts';
