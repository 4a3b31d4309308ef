export type { AvroEnum, AvroField, AvroRecord, AvroType, FieldRules } from './avro-model.ts';
export { canonicalJson } from './canonical-json.ts';
export { type DecodeResult, decode, type PoisonCode } from './codec/decode-record.ts';
export { EncodeError, encode } from './codec/encode-record.ts';
export {
  avroSchemaOf,
  type SchemaTable,
  type SchemaVersion,
  schemaTable,
  warmUpCodec,
} from './codec/schema-table.ts';
export {
  type AsyncApiChannel,
  type AsyncApiDocument,
  type AsyncApiOperation,
  type AsyncApiReference,
  asyncApiDocument,
  topicTableMarkdown,
} from './describe-topics.ts';
export * from './generated/codes.ts';
export * from './generated/json.ts';
export type { BodyByKind } from './generated/kinds.ts';
export { kindFields, kindHeaderFields } from './generated/kinds.ts';
export * from './generated/records.ts';
export {
  deriveId,
  deriveMessageId,
  deriveSubmissionId,
  isUuidV7,
  uuidV7TimeMs,
} from './identity/derive-ids.ts';
export {
  deriveReference,
  isReference,
  normaliseReference,
  referenceAlphabet,
} from './identity/derive-reference.ts';
export { computeRequestDigest, variantDigest } from './identity/digest-requests.ts';
export {
  bodySchemas,
  headerSchema,
  type JsonSchema,
  messageRequestSchema,
  messageSchema,
  openApiComponents,
} from './json/derive-schemas.ts';
export { messageSchemaVersion, serverSetFields } from './json/message-shape.ts';
export {
  completeDraft,
  draftFromJson,
  type MessageDraft,
  messageFromJson,
  messageToJson,
  type ServerFields,
  type ServerSetField,
} from './json/project-message.ts';
export * from './lanes.ts';
export * from './message-body.ts';
export * from './record-names.ts';
export * from './topics.ts';
