export { readMessage } from './adapters/kafka-message-reader.ts';
export { createPublisher } from './adapters/kafka-publisher.ts';
export type { RouterOverrides } from './assemble-lane.ts';
export { type RouterConfig, routerSettings } from './config.ts';
export { noRecords } from './domain/thread-memory.ts';
export { createSliceRouter, type DecisionStore } from './routing/route-slice.ts';
export { startRouter } from './service.ts';
