import { readdirSync, readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { decode } from '../codec/decode-record.ts';
import { encode } from '../codec/encode-record.ts';
import type { MessageRequest } from '../generated/json.ts';
import { deriveMessageId, isUuidV7 } from '../identity/derive-ids.ts';
import { deriveReference, isReference } from '../identity/derive-reference.ts';
import { computeRequestDigest } from '../identity/digest-requests.ts';
import { isKnownKind, knownKinds } from '../message-body.ts';
import { bodySchemas, headerSchema, messageRequestSchema, messageSchema } from './derive-schemas.ts';
import { completeDraft, draftFromJson, messageFromJson, messageToJson } from './project-message.ts';

const folder = new URL('../../examples/', import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name): [string, MessageRequest] => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]);

const ajv = new Ajv2020.default({ discriminator: true, allErrors: true, strict: true });
addFormats.default(ajv);
const isRequest = ajv.compile(messageRequestSchema);
const isHeader = ajv.compile(headerSchema);
const isMessage = ajv.compile(messageSchema);

describe('the examples', () => {
  it('show every kind under its own name, and a flash lead', () => {
    const names = knownKinds.map((kind) => `${kind.toLowerCase().replaceAll('_', '-')}.json`);
    expect(examples.map(([name]) => name)).toEqual([...names, 'flash-lead.json'].sort());
    for (const [name, { kind }] of examples) {
      if (name !== 'flash-lead.json') expect(name).toBe(`${kind.toLowerCase().replaceAll('_', '-')}.json`);
    }
  });

  it('have submissions of their own', () => {
    const ids = examples.map(([, { submissionId }]) => submissionId ?? '');
    expect(ids.every(isUuidV7)).toBe(true);
    expect(new Set(ids).size).toBe(examples.length);
  });

  it.each(examples)('%s is a valid request, marked as an exercise', (_, example) => {
    isRequest(example);
    expect(isRequest.errors).toBeNull();
    expect(isHeader(example)).toBe(true);
    expect(
      isKnownKind(example.kind) && ajv.compile({ ...bodySchemas[example.kind], $id: `${_}#` })(example.body),
    ).toBe(true);
    expect(example).toMatchObject({ status: 'EXERCISE', exerciseId: 'EX-SEMAPHORE-2026' });
    expect(JSON.stringify(example.body)).toMatch(/EXERCISE|invented|wrong/i);
  });

  it('quote references whose check symbol fits', () => {
    const references = JSON.stringify(examples).match(/"reference":"[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references)
      expect(isReference(reference.slice('"reference":"'.length, -1))).toBe(true);
  });

  it.each(examples)('%s survives the codec and comes back as it was sent', (_, example) => {
    const { submissionId = '' } = example;
    const messageId = deriveMessageId('post:DJ', submissionId);
    const message = completeDraft(draftFromJson(example), {
      correspondent: 'post:DJ',
      messageId,
      reference: deriveReference('DJ', submissionId, messageId),
      actor: 'person-1',
      releasedBy: null,
      releasedAt: null,
      receivedAt: 1_764_000_000_000,
      retainUntil: null,
      requestDigest: computeRequestDigest('post:DJ', example),
      traceId: null,
      schemaVersion: 1,
      withheld: [],
    });
    const result = decode('Message', encode('Message', message));
    expect(result).toMatchObject({ status: 'decoded', value: message });
    const json = messageToJson(message);
    expect(json).toMatchObject(example);
    isMessage(json);
    expect(isMessage.errors).toBeNull();
    expect(messageFromJson(JSON.parse(JSON.stringify(json)))).toEqual(message);
  });
});
