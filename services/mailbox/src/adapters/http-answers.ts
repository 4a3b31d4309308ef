import { Type } from 'typebox';
import type { InboxItemJson } from '../domain/inbox-item.ts';
import type { SentStatusJson } from '../domain/sent-status.ts';
import type { ThreadEntryJson } from '../domain/show-thread.ts';
import type { TrackingJson } from '../domain/track-message.ts';
import { givenReceiptSchema, receiptStateProperties } from './http-receipt-schemas.ts';

const text = Type.String();

/** One item of an inbox, as lists, streams and threads show it. */
export const inboxItemSchema = Type.Unsafe<InboxItemJson>(
  Type.Object(
    {
      number: Type.Integer({ minimum: 1 }),
      messageId: text,
      role: Type.String({ description: 'ACTION, INFORMATION or NOTICE' }),
      lane: text,
      kind: text,
      status: text,
      threadId: text,
      sender: text,
      deliveredAt: Type.String({ format: 'date-time' }),
      decisionId: text,
      ...receiptStateProperties,
      recalledBy: Type.Optional(Type.String({ description: 'The cancellation that recalls this message' })),
      withdrawn: Type.Optional(
        Type.Literal(true, { description: 'The number remains, the content is gone' }),
      ),
      dueAt: Type.Optional(
        Type.String({ format: 'date-time', description: 'Until when something is owed about it' }),
      ),
      late: Type.Optional(Type.Literal(true)),
      message: Type.Optional(Type.Object({}, { additionalProperties: true })),
      notice: Type.Optional(Type.Object({ code: text, messageId: text, detailCodes: Type.Array(text) })),
      standIns: Type.Optional(
        Type.Array(
          Type.Object({
            suspended: text,
            standIn: text,
            since: Type.String({ format: 'date-time' }),
            takenInChargeBy: Type.Array(
              Type.Object({
                correspondent: text,
                position: text,
                since: Type.String({ format: 'date-time' }),
              }),
            ),
          }),
          {
            description:
              'Of one message asked for by its id: who took over from whom while that was suspended, and who has it in charge',
          },
        ),
      ),
    },
    { description: 'One numbered item of an inbox' },
  ),
);

/** What became of a message that the caller's correspondent sent. */
export const sentStatusSchema = Type.Unsafe<SentStatusJson>(
  Type.Object(
    {
      messageId: text,
      state: Type.String({ description: 'PENDING, ACCEPTED or REFUSED' }),
      submissionId: Type.Optional(text),
      reference: Type.Optional(text),
      refusalCode: Type.Optional(text),
      decisionId: Type.Optional(text),
      decidedAt: Type.Optional(Type.String({ format: 'date-time' })),
      threadId: Type.Optional(text),
      lane: Type.Optional(text),
      kind: Type.Optional(text),
      status: Type.Optional(text),
      message: Type.Optional(Type.Object({}, { additionalProperties: true })),
    },
    { description: 'The state of a sent message' },
  ),
);

const owed = Type.Array(Type.String({ description: 'TAKEN_IN_CHARGE or COMPLIED' }));

const deadlines = Type.Array(
  Type.Object({
    kind: Type.String({
      description: 'ACKNOWLEDGE, TAKE_IN_CHARGE, REPLY, CARRY_OUT, COMPLY or, of the sender itself, REVIEW',
    }),
    dueAt: Type.String({
      format: 'date-time',
      description: 'The date of now: an extension or a correction moves it',
    }),
    late: Type.Boolean({ description: 'Not met in time' }),
    endedAt: Type.Optional(Type.String({ format: 'date-time' })),
    endedBy: Type.Optional(
      Type.String({
        description:
          'Why nothing is owed any more: the receipt, REPLIED, CANCELLED, REVIEWED, or CLOSED with its thread',
      }),
    ),
    events: Type.Array(
      Type.Object({
        step: Type.String({ description: 'REMINDER or ESCALATION' }),
        at: Type.String({ format: 'date-time' }),
      }),
    ),
  }),
  { description: 'Until when what is owed, and what was done about it' },
);

/** What happened to a sent message. */
export const trackingSchema = Type.Unsafe<TrackingJson>(
  Type.Object({
    messageId: text,
    state: Type.String({ description: 'ACCEPTED or REFUSED' }),
    items: Type.Array(
      Type.Object({
        correspondent: text,
        role: text,
        deliveredAt: Type.String({ format: 'date-time' }),
        state: Type.String({ description: 'As `receiptState` at the recipient' }),
        version: Type.Integer({ minimum: 1 }),
        receipts: Type.Array(givenReceiptSchema),
        owed,
        deadlines,
        standsInFor: Type.Optional(
          Type.Array(text, { description: 'Suspended recipients that it stands in for' }),
        ),
        rerouted: Type.Optional(
          Type.Object(
            { at: Type.String({ format: 'date-time' }), to: Type.Array(text) },
            { description: 'It was suspended, and who took over what nobody there had acted on' },
          ),
        ),
        recall: Type.Optional(
          Type.Object(
            { messageId: text, state: text, receipts: Type.Array(givenReceiptSchema), owed, deadlines },
            {
              description: 'The cancellation that this recipient got of it, and whether it was complied with',
            },
          ),
        ),
      }),
      { description: 'Recipients that the sender may know of' },
    ),
    disclosures: Type.Optional(
      Type.Array(
        Type.Object({
          correspondent: text,
          messageId: Type.String({ description: 'The DISCLOSURE' }),
          state: Type.String({
            description:
              'As `receiptState` of its recall at who disclosed; RECORDED while nothing recalls it',
          }),
          receipts: Type.Array(givenReceiptSchema),
          owed,
        }),
        {
          description:
            'Of a cancellation: what was told to local bodies, and who owes its recall there. Of a dispatch: ' +
            'what was recorded about it',
        },
      ),
    ),
    others: Type.Optional(
      Type.Object(
        { count: Type.Integer(), owing: Type.Integer() },
        {
          description: 'How many more a follow-up reached through others, and how many of them owe COMPLIED',
        },
      ),
    ),
    own: Type.Optional(deadlines),
  }),
);

/** One entry of a thread; `direction` tells what was received from what was sent. */
export const threadEntrySchema = Type.Unsafe<ThreadEntryJson>(
  Type.Object(
    { direction: Type.String({ description: 'received or sent' }), messageId: text },
    { additionalProperties: true },
  ),
);

/** The address of one message or thread. An id that cannot be one is answered like one that is absent. */
export const messageParams = Type.Object({ messageId: text });
/** The address of one thread. */
export const threadParams = Type.Object({ threadId: text });

/** How an id is written. */
export const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const uuid = new RegExp(uuidPattern);

/** Whether a text can be an id; the store would refuse to compare anything else. */
export function isId(candidate: string): boolean {
  return uuid.test(candidate);
}
