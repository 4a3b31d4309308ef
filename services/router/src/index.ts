export { assembleDecisions } from './assemble-decisions.ts';
export type { RouterOverrides } from './assemble-lane.ts';
export { type RouterConfig, routerSettings } from './config.ts';
export { startRouter } from './service.ts';
