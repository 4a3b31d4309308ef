export { type IngestConfig, ingestSettings } from './config.ts';
export { type IngestOverrides, startIngest } from './service.ts';
