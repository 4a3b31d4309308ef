export { countryCodes, isCountry } from './countries.ts';
export { demonstrationApprover, demonstrationProposer, loadDemonstration } from './demonstration.ts';
export { type DirectoryEntries, entryRecords, manifestKey } from './directory-entries.ts';
export type { DirectoryProblem, DirectoryProblemCode } from './directory-problem.ts';
export { dutyDeskRuleId, matchRules, type RuleMatch } from './match-rules.ts';
export { buildRelease, type ReleaseHeader, recordForm, releaseDigest } from './release.ts';
export {
  applyDirectoryRecord,
  bufferedRecords,
  currentSnapshot,
  emptyReplica,
  type RefusalReason,
  type ReplicaEvent,
  type ReplicaState,
  type ReplicaStep,
} from './replica.ts';
export {
  findHolder,
  grantsInForce,
  type Holder,
  resolveSubject,
  type SubjectResolution,
  type TokenIdentity,
} from './resolve-subject.ts';
export { type RoutingFacts, routingFactsOf } from './routing-facts.ts';
export type { DirectorySnapshot } from './snapshot.ts';
export { validateEntries } from './validate-entries.ts';
