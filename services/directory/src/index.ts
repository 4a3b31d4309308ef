export { type DirectoryConfig, directorySettings } from './config.ts';
export { type DirectoryOverrides, startDirectory } from './service.ts';
