export * from './generated/codes.ts';
export * from './generated/json.ts';
export type { BodyByKind } from './generated/kinds.ts';
export { kindFields, kindHeaderFields } from './generated/kinds.ts';
export * from './generated/records.ts';
export * from './lanes.ts';
export * from './message-body.ts';
export * from './record-names.ts';
export * from './topics.ts';
