export { changeEntries, changesFile, type EntryChange, releaseFile } from './change-entries.ts';
export { dueAt } from './channel-clock.ts';
export { entryLists } from './check-form.ts';
export { type Capital, type Country, countries, countryCodes, isCountry } from './countries.ts';
export { type CoverageQuestion, type CoveringPost, coveringPosts } from './cover-country.ts';
export {
  demonstrationApprover,
  demonstrationFiles,
  demonstrationProposer,
  loadDemonstration,
} from './demonstration.ts';
export { diffReleases, type EntryDifference, type FieldDifference } from './diff-releases.ts';
export {
  type DirectoryEntries,
  type EntryList,
  entriesOf,
  entryRecords,
  manifestKey,
} from './directory-entries.ts';
export type { DirectoryProblem, DirectoryProblemCode } from './directory-problem.ts';
export { type DutyQuestion, type OnDuty, onDuty } from './duty-rota.ts';
export { listChanges } from './list-changes.ts';
export { matchMessage } from './match-message.ts';
export { dutyDeskRuleId, matchRules, type RuleMatch } from './match-rules.ts';
export { type DirectoryFile, type FilesJudgement, judgeDirectoryFiles } from './read-directory-files.ts';
export { type FileEntries, readEntries } from './read-entries.ts';
export { type RehearsedRelease, rehearseRelease } from './rehearse-release.ts';
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
export { type ReleaseQuestion, type RequiredRelease, requiredRelease } from './required-release.ts';
export {
  findHolder,
  grantsInForce,
  type Holder,
  resolveSubject,
  type SubjectResolution,
  type TokenIdentity,
} from './resolve-subject.ts';
export { type RollForward, rollForward } from './roll-forward.ts';
export { type RoutingFacts, routingFactsOf } from './routing-facts.ts';
export type { DirectorySnapshot } from './snapshot.ts';
export { validateEntries } from './validate-entries.ts';
export { writeEntries } from './write-entries.ts';
