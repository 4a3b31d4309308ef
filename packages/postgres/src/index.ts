export { classifyPostgresError, markTransient, type PostgresFailure } from './classify-error.ts';
export { readCursorKey } from './cursor-key.ts';
export {
  type CaseAct,
  type CaseActor,
  type CaseDecision,
  type CaseEvent,
  type CaseState,
  deadLetterCasesMigration,
  type LetterFacts,
  type RecordedCase,
} from './dead-letters/dead-letter-case.ts';
export {
  createDeadLetterCases,
  type DecisionOutcome,
  type ProposalOutcome,
} from './dead-letters/dead-letter-cases.ts';
export type { Letter, LetterStanding, LetterState } from './dead-letters/letter-standing.ts';
export {
  createReplayJournal,
  type RecordedReplay,
  replayJournalMigration,
  replayPoolOptions,
} from './dead-letters/replay-journal.ts';
export type { Log } from './log.ts';
export { migrate } from './migrate.ts';
export { enqueueOutbox, type OutboxRow, outboxMigration, type StoredOutboxRow } from './outbox.ts';
export { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';
export { type Client, createPool, type Pool, type PoolOptions, type Queryable } from './pool.ts';
export { type ProvisionedRole, provisionDatabase } from './provision-database.ts';
export { postgresSettingsShape } from './settings.ts';
export {
  advanceOffset,
  type OffsetKey,
  readOffset,
  StaleOffset,
  storedOffsetMigration,
} from './stored-offset.ts';
export { inTransaction, type TransactionOptions } from './transaction.ts';
