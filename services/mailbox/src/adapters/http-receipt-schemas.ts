import type { ProblemBody } from '@chappe/service-kit';
import { Type } from 'typebox';
import type { PersonReceiptType, ReceiptChannel } from '../domain/receipt-state.ts';
import type { GivenReceiptJson, ReceiptStateJson } from '../domain/show-receipt.ts';

/** A receipt as it is given. */
export const receiptRequestSchema = Type.Object(requestProperties(), {
  additionalProperties: false,
  description: 'What a person says about a delivery',
});

/** One item of a bulk: the same, with the message that it is about. */
export const bulkReceiptSchema = Type.Object(
  { messageId: Type.String({ maxLength: 64 }), ...requestProperties() },
  { additionalProperties: false },
);

/** The state of a delivery for its holder, with every receipt given. */
export interface ReceiptAnswerJson extends ReceiptStateJson {
  readonly messageId: string;
  readonly receipts: readonly GivenReceiptJson[];
}

/** What became of one item of a bulk. */
export interface BulkReceiptJson {
  readonly messageId: string | null;
  readonly status: number;
  readonly receipt?: ReceiptAnswerJson;
  readonly problem?: ProblemBody;
}

/** The members that tell a holder where a delivery stands, on items and answers alike. */
export const receiptStateProperties = {
  unread: Type.Boolean({ description: 'No person has given any receipt' }),
  receiptState: Type.String({
    description: 'DELIVERED, READ, TAKEN_IN_CHARGE, TRANSFERRED, REJECTED or COMPLIED; its rank never falls',
  }),
  receiptVersion: Type.Integer({ minimum: 1, description: 'Rises with each receipt' }),
  assignee: Type.Optional(
    Type.String({
      description: '`person:<id>`, `position:<function>`, or the correspondent to which it was handed over',
    }),
  ),
  takenInChargeBy: Type.Optional(
    Type.Object(
      {
        position: Type.String(),
        since: Type.String({ format: 'date-time' }),
        mine: Type.Boolean({ description: 'Whether it is the reader' }),
      },
      { description: 'By function, never by name' },
    ),
  ),
};

/** One receipt as it is listed. */
export const givenReceiptSchema = Type.Object({
  version: Type.Integer(),
  type: Type.String(),
  at: Type.String({ format: 'date-time' }),
  position: Type.String(),
  channel: Type.String({ description: 'SYSTEM, PHONE or PAPER' }),
  reason: Type.Optional(Type.String()),
  transferredTo: Type.Optional(Type.String()),
});

/** The answer to one receipt. */
export const receiptAnswerSchema = Type.Unsafe<ReceiptAnswerJson>(
  Type.Object({
    messageId: Type.String(),
    ...receiptStateProperties,
    receipts: Type.Array(givenReceiptSchema, { description: 'Every receipt given by persons, oldest first' }),
  }),
);

/** The answer to a bulk. */
export const bulkAnswerSchema = Type.Unsafe<{ items: readonly BulkReceiptJson[] }>(
  Type.Object({
    items: Type.Array(
      Type.Object({
        messageId: Type.Union([Type.String(), Type.Null()]),
        status: Type.Integer({ description: '201 given, 200 nothing new, else the status of the problem' }),
        receipt: Type.Optional(receiptAnswerSchema),
        problem: Type.Optional(Type.Unsafe<ProblemBody>({ $ref: 'Problem#' })),
      }),
    ),
  }),
);

function requestProperties() {
  return {
    type: Type.Unsafe<PersonReceiptType>({
      type: 'string',
      enum: ['READ', 'TAKEN_IN_CHARGE', 'TRANSFERRED', 'REJECTED', 'COMPLIED'],
    }),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2_000, description: 'Owed by REJECTED; the sender sees it' }),
    ),
    transferredTo: Type.Optional(
      Type.String({
        maxLength: 64,
        pattern: '^[a-z]+:[A-Za-z0-9-]+$',
        description:
          'Owed by TRANSFERRED: a colleague (`person:<id>`), a function of the own correspondent (`position:` and its ' +
          'name without accents, in small letters, words joined by hyphens), another correspondent, or the own one, ' +
          'which gives it back to all',
      }),
    ),
    channel: Type.Optional(
      Type.Unsafe<ReceiptChannel>({ type: 'string', enum: ['SYSTEM', 'PHONE', 'PAPER'], default: 'SYSTEM' }),
    ),
    givenBy: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 120,
        description: 'By PHONE or PAPER: the function of whoever gave it; the caller writes it down',
      }),
    ),
  };
}
