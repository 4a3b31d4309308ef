import { type AvroRecord, shapeOf } from '../avro-model.ts';
import type { MessageJson, MessageRequest } from '../generated/json.ts';
import { type BodyByKind, kindFields } from '../generated/kinds.ts';
import type { Message, Sender } from '../generated/records.ts';
import { bodyOf, isKnownKind, type KnownKind, knownKinds } from '../message-body.ts';
import { newestMessage } from './message-shape.ts';
import {
  compileFieldReader,
  compileFieldWriter,
  type FieldReader,
  type FieldWriter,
  type JsonObject,
} from './project-fields.ts';

/** Header fields that only the server sets. */
export type ServerSetField =
  | 'messageId'
  | 'reference'
  | 'actor'
  | 'releasedBy'
  | 'releasedAt'
  | 'receivedAt'
  | 'retainUntil'
  | 'requestDigest'
  | 'traceId'
  | 'schemaVersion'
  | 'withheld';

/** A message before the server has set its fields: defaults filled, times in milliseconds, `threadId` null when the client gave none. */
export type MessageDraft = Omit<Message, ServerSetField | 'threadId' | 'sender'> & {
  threadId: string | null;
  sender: Omit<Sender, 'correspondent'>;
};

/** What the server adds to a draft. */
export type ServerFields = Pick<Message, ServerSetField> & { correspondent: string };

const { named } = newestMessage;
const writeHeader = compileFieldWriter(newestMessage.header, named);
const readHeader = compileFieldReader(newestMessage.header, named);
const readDraftHeader = compileFieldReader(
  newestMessage.header.filter(
    (field) => !field.chappe?.serverSet && field.name !== 'threadId' && field.name !== 'sender',
  ),
  named,
);
const readDraftSender = compileFieldReader(
  recordOf('sender').fields.filter((field) => !field.chappe?.serverSet),
  named,
);
const bodyWriters = perKind((record) => compileFieldWriter(record.fields, named));
const bodyReaders = perKind((record) => compileFieldReader(record.fields, named));

/** A message in JSON: header fields, `kind` and one `body`; null and empty values omitted, times in ISO 8601. */
export function messageToJson(message: Message): MessageJson {
  const content = bodyOf(message);
  if (content === undefined) throw new TypeError('a message has exactly one body, of its kind');
  const json: JsonObject = {};
  writeHeader({ ...message }, json);
  const body: JsonObject = {};
  bodyWriters[content.kind]({ ...content.body }, body);
  json.kind = content.kind;
  json.body = body;
  return fromCompiled<MessageJson>(json);
}

/** A whole message from its JSON, the exact reverse of messageToJson. */
export function messageFromJson(json: MessageJson): Message {
  const message: JsonObject = {};
  readHeader({ ...json }, message);
  readBody(json, message);
  return fromCompiled<Message>(message);
}

/** A draft from a validated request: defaults filled, times in milliseconds, one body set and the others null. */
export function draftFromJson(json: MessageRequest): MessageDraft {
  const draft: JsonObject = {};
  readDraftHeader({ ...json }, draft);
  const sender: JsonObject = {};
  readDraftSender({ ...json.sender }, sender);
  draft.sender = sender;
  draft.threadId = json.threadId ?? null;
  readBody(json, draft);
  return fromCompiled<MessageDraft>(draft);
}

/** A whole message: the draft with what the server sets. One that refers to nothing opens its own thread. */
export function completeDraft(draft: MessageDraft, server: ServerFields): Message {
  const { correspondent, ...fields } = server;
  return {
    ...draft,
    ...fields,
    threadId: draft.threadId ?? fields.messageId,
    sender: { correspondent, ...draft.sender },
  };
}

// The types and these functions come from the same schema; the round-trip properties hold them together.
function fromCompiled<T>(value: unknown): T {
  return value as T;
}

function readBody(json: { kind: string; body: object }, into: JsonObject): void {
  const { kind } = json;
  if (!isKnownKind(kind)) throw new TypeError('not a kind of this release');
  const body: JsonObject = {};
  bodyReaders[kind]({ ...json.body }, body);
  into.kind = kind;
  for (const other of knownKinds) into[kindFields[other]] = other === kind ? body : null;
}

function perKind<T extends FieldWriter | FieldReader>(
  compile: (record: AvroRecord) => T,
): Record<KnownKind, T> {
  const entries = knownKinds.map((kind): [keyof BodyByKind, T] => [
    kind,
    compile(recordOf(kindFields[kind])),
  ]);
  return Object.fromEntries(entries) as Record<KnownKind, T>;
}

function recordOf(fieldName: string): AvroRecord {
  const field = newestMessage.record.fields.find((candidate) => candidate.name === fieldName);
  const shape = field === undefined ? undefined : shapeOf(field.type, named);
  if (shape?.is !== 'record') throw new Error(`Message.${fieldName} is not a record`);
  return shape.record;
}
