export { type ArchiveConfig, archiveSettings } from './config.ts';
export { startArchive } from './service.ts';
