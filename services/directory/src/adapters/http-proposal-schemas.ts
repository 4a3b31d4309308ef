import { type EntryDifference, type EntryList, entryLists } from '@chappe/directory';
import { Type } from 'typebox';
import type { Proposal, ProposalState } from '../domain/proposal.ts';
import { mostShownDifferences } from '../domain/summarise-differences.ts';

/** Bounds of one proposal: what a whole directory needs several times over. */
export const proposalBounds = {
  bodyBytes: 8 * 1024 * 1024,
  json: { maxDepth: 16, maxNodes: 500_000 },
  files: 100,
  changes: 20_000,
  /** How many differences one answer shows; the changes can be read whole. */
  shownDifferences: mostShownDifferences,
} as const;

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);
const time = Type.String({ format: 'date-time' });
const oneOf = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const list = oneOf<EntryList>(entryLists);
const anyObject = Type.Object({}, { additionalProperties: true });

const change = Type.Object(
  {
    list,
    key: Type.String({ minLength: 1, maxLength: 300, description: 'As in a release: person/person-1' }),
    entry: Type.Optional(nullable(anyObject)),
    set: Type.Optional(anyObject),
  },
  {
    additionalProperties: false,
    description: 'entry: the entry whole, or null to remove it; set: only the fields that change',
  },
);

/** Why; what is too short is answered with its own problem. */
export const reasonField = Type.Optional(
  Type.String({ maxLength: 500, description: 'Why. Kept with the proposal, for good.' }),
);

/** `POST /v1/directory/proposals`. */
export const proposalRequest = Type.Object(
  {
    submissionId: Type.String({ description: 'UUIDv7 of the act of proposing' }),
    baseRelease: Type.Integer({ minimum: 1, description: 'The release in force that it was written on' }),
    reason: reasonField,
    files: Type.Optional(
      Type.Array(
        Type.Object(
          { name: Type.String({ minLength: 1, maxLength: 200 }), content: Type.Unknown() },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: proposalBounds.files, description: 'The whole directory, as files' },
      ),
    ),
    changes: Type.Optional(
      Type.Array(change, { minItems: 1, maxItems: proposalBounds.changes, description: 'Of single entries' }),
    ),
    rollForwardTo: Type.Optional(
      Type.Integer({ minimum: 1, description: 'An older release whose content comes back' }),
    ),
  },
  { additionalProperties: false },
);

/** A decision on a proposal. */
export const decisionRequest = Type.Object({ reason: reasonField }, { additionalProperties: false });

const proposalFields = {
  proposalId: Type.String(),
  state: oneOf<ProposalState>(['OPEN', 'APPROVED', 'REJECTED', 'WITHDRAWN']),
  kind: oneOf<Proposal['kind']>(['FILES', 'CHANGES', 'ROLL_FORWARD']),
  baseRelease: Type.Integer(),
  rollForwardTo: nullable(Type.Integer()),
  reason: Type.String(),
  proposedBy: Type.String({ description: 'Opaque id of a person' }),
  proposedAt: time,
  decidedBy: nullable(Type.String({ description: 'Opaque id of a person' })),
  decidedAt: nullable(time),
  decisionReason: nullable(Type.String()),
  release: nullable(Type.Integer({ description: 'What its approval made' })),
  differences: Type.Integer({ description: 'Entries that it adds, removes or changes' }),
};

/** A proposal in a list. */
export const proposalView = Type.Object(proposalFields);

/** A proposal with what it changes, in words. */
export const proposalWithDifferences = Type.Object({
  ...proposalFields,
  items: Type.Array(
    Type.Object({
      key: Type.String(),
      list,
      change: oneOf<EntryDifference['change']>(['ADDED', 'REMOVED', 'CHANGED']),
      fields: Type.Array(
        Type.Object(
          {
            pointer: Type.String(),
            before: Type.Optional(Type.Unknown()),
            after: Type.Optional(Type.Unknown()),
          },
          { description: 'Without values once the proposal was rejected or withdrawn: these are forgotten' },
        ),
      ),
      textFr: Type.String(),
      textEn: Type.String(),
    }),
    { description: `The first ${proposalBounds.shownDifferences}` },
  ),
});

/** The changes of a proposal, as they could be proposed or rehearsed. */
export const proposalChanges = Type.Object({ baseRelease: Type.Integer(), changes: Type.Array(change) });

/** A release with who answers for it. */
export const releaseView = Type.Object({
  number: Type.Integer(),
  sha256: Type.String(),
  previousSha256: nullable(Type.String()),
  proposedBy: Type.String({ description: 'Opaque id of a person' }),
  approvedBy: Type.String({ description: 'Opaque id of another person' }),
  approvedAt: time,
  publishedAt: nullable(time),
  demonstration: Type.Boolean({ description: 'Invented data' }),
  proposalId: nullable(Type.String()),
  reason: nullable(Type.String()),
  rollForwardTo: nullable(Type.Integer()),
});
