import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { crimeAreaCodes } from '../generated/codes.ts';
import {
  bodySchemas,
  headerSchema,
  type JsonSchema,
  messageRequestSchema,
  messageSchema,
  openApiComponents,
} from './derive-schemas.ts';
import { serverSetFields } from './message-shape.ts';

const ajv = new Ajv2020.default({ discriminator: true, allErrors: true, strict: true });
addFormats.default(ajv);
const isRequest = ajv.compile(messageRequestSchema);

const thread = '019ab3d2-e100-8a11-b3c5-7d2e9f406100';
const flash = {
  kind: 'LEAD',
  status: 'EXERCISE',
  urgency: 'FLASH',
  urgencyGround: 'THREAT_TO_LIFE',
  places: [{ name: 'Invented quay' }],
  body: { text: 'One line.', callback: 'Duty line' },
};

/** Each error as `pointer keyword`. */
function errorsOf(request: unknown): string[] {
  isRequest(request);
  return (isRequest.errors ?? []).map((error) => {
    const name: unknown = error.params.missingProperty ?? error.params.additionalProperty;
    return `${error.instancePath}${typeof name === 'string' ? `/${name}` : ''} ${error.keyword}`;
  });
}

describe('a request', () => {
  it('may be a flash lead of one line', () => {
    expect(errorsOf(flash)).toEqual([]);
  });

  it('is told exactly what is wrong with it, and only that', () => {
    expect(errorsOf({ ...flash, body: { text: '' } })).toEqual(['/body/text minLength']);
    expect(errorsOf({ ...flash, body: { callback: 'x' } })).toEqual(['/body/text required']);
    expect(errorsOf({ ...flash, colour: 'red' })).toEqual(['/colour additionalProperties']);
    expect(errorsOf({ ...flash, body: { ...flash.body, question: 'x' } })).toEqual([
      '/body/question additionalProperties',
    ]);
    expect(errorsOf({ ...flash, status: 'UNKNOWN', crimeAreas: ['TERRORISM', 'PIRACY'] })).toEqual([
      '/status enum',
      '/crimeAreas/1 enum',
    ]);
    expect(errorsOf({ ...flash, kind: 'CANCELLATION', body: { reason: 'x', action: 'DELETE' } })).toEqual([
      '/threadId required',
      '/cancels required',
    ]);
    expect(errorsOf({ ...flash, kind: 'POEM' })).toEqual(['/kind enum', ' discriminator']);
    expect(errorsOf({ ...flash, body: 'text' })).toEqual(['/body type']);
    expect(errorsOf([])).toContain(' type');
  });

  it.each(serverSetFields)('may not carry %s, which the server sets', (path) => {
    const [outer = '', inner] = path.split('.');
    const request = { ...flash, [outer]: inner === undefined ? 'x' : { [inner]: 'x' } };
    expect(errorsOf(request)).toEqual([
      `${inner === undefined ? '' : `/${outer}`}/${inner ?? outer} additionalProperties`,
    ]);
  });

  it('knows which fields those are', () => {
    expect([...serverSetFields].sort()).toEqual([
      'actor',
      'messageId',
      'receivedAt',
      'reference',
      'releasedAt',
      'releasedBy',
      'requestDigest',
      'retainUntil',
      'schemaVersion',
      'sender.correspondent',
      'traceId',
      'withheld',
    ]);
  });

  it('gives times in UTC that exist', () => {
    const at = (occurredAt: string): string[] => errorsOf({ ...flash, occurredAt });
    expect(at('2026-02-28T23:59:59Z')).toEqual([]);
    expect(at('2026-02-28T23:59:59.123Z')).toEqual([]);
    for (const text of [
      '2026-02-30T00:00:00Z',
      '2026-02-28T23:59:60Z',
      '2026-02-28T23:59:59+01:00',
      '2026-02-28',
      '2026-02-28T24:00:00Z',
    ]) {
      expect(at(text), text).not.toEqual([]);
      expect(at(text).every((error) => error.startsWith('/occurredAt '))).toBe(true);
    }
  });

  it('may say that a person is of unknown category, and nothing else unknown', () => {
    const withPerson = (category: string, basis: string): string[] =>
      errorsOf({
        ...flash,
        body: { text: 'x', entities: [{ entityId: 'e1', type: 'PERSON', person: { category, basis } }] },
      });
    expect(withPerson('UNKNOWN', 'FACT')).toEqual([]);
    expect(withPerson('SUSPECT', 'UNKNOWN')).toEqual(['/body/entities/0/person/basis enum']);
  });

  it('corrects exactly one body', () => {
    const correction = (body: object): string[] =>
      errorsOf({
        ...flash,
        kind: 'CORRECTION',
        threadId: thread,
        supersedes: thread,
        body: { reason: 'x', ...body },
      });
    expect(correction({ lead: { text: 'x' } })).toEqual([]);
    expect(correction({ lead: { text: 'x' }, closure: { outcome: 'UNFOUNDED' } })).toEqual([
      '/body maxProperties',
    ]);
    expect(correction({})).toEqual(['/body minProperties']);
  });

  it('carries no number that the codec cannot', () => {
    const numbered = (senderSeq: number): string[] => errorsOf({ ...flash, senderStream: 'pc-1', senderSeq });
    expect(numbered(Number.MAX_SAFE_INTEGER - 1)).toEqual([]);
    expect(numbered(Number.MAX_SAFE_INTEGER)).toEqual(['/senderSeq maximum']);
  });

  it('knows the thirty crime areas and OTHER', () => {
    expect(crimeAreaCodes.filter((code) => code !== 'UNKNOWN' && code !== 'OTHER')).toHaveLength(30);
  });
});

describe('the schemas themselves', () => {
  const all: Record<string, JsonSchema> = {
    messageRequestSchema,
    messageSchema,
    headerSchema,
    ...bodySchemas,
  };

  it.each(Object.entries(all))('%s: every object is closed, every text and list bounded', (_, schema) => {
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const {
        type,
        properties,
        additionalProperties,
        maxLength,
        maxItems,
        enum: symbols,
        const: only,
      } = node as JsonSchema;
      const isBranching = 'oneOf' in node && !('additionalProperties' in node);
      if (type === 'object' && properties !== undefined && !isBranching)
        expect(additionalProperties, path).toBe(false);
      if (type === 'string' && symbols === undefined && only === undefined)
        expect(maxLength, path).toBeTypeOf('number');
      if (type === 'array') expect(maxItems, path).toBeTypeOf('number');
      for (const [name, child] of Object.entries(node)) visit(child, `${path}/${name}`);
    };
    visit(schema, '');
  });

  it('are components of an OpenAPI document whose references lead somewhere', () => {
    const components = openApiComponents();
    const references = JSON.stringify(components).match(/#\/components\/schemas\/[A-Za-z]+/g) ?? [];
    expect(references.length).toBeGreaterThan(100);
    for (const reference of references)
      expect(components).toHaveProperty(reference.slice('#/components/schemas/'.length));
    expect(components.MessageRequest).toMatchObject({
      discriminator: { propertyName: 'kind', mapping: { LEAD: '#/components/schemas/LeadMessageRequest' } },
    });
  });
});
