import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRecord, propertyTimeoutMs } from '../../test/arbitrary-records.ts';
import { exampleMessage } from '../../test/example-message.ts';
import type { MessageJson, MessageRequest } from '../generated/json.ts';
import { kindFields } from '../generated/kinds.ts';
import { messageSchema } from './derive-schemas.ts';
import { serverSetFields } from './message-shape.ts';
import {
  completeDraft,
  draftFromJson,
  messageFromJson,
  messageToJson,
  type ServerFields,
} from './project-message.ts';

const ajv = new Ajv2020.default({ discriminator: true, strict: true });
addFormats.default(ajv);
const isMessage = ajv.compile(messageSchema);
const anyMessage = arbitraryRecord('Message');

/** Through the wire, as a client would see it. */
function sent(json: MessageJson): MessageJson {
  return JSON.parse(JSON.stringify(json));
}

describe('a message in JSON', { timeout: propertyTimeoutMs }, () => {
  it('comes back whole', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(messageFromJson(sent(messageToJson(message)))).toEqual(message);
      }),
      { numRuns: 50 },
    );
  });

  it('holds no null, no empty list, no undefined, and one body', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const json = messageToJson(message);
        expect(JSON.stringify(json)).not.toMatch(/:null|:\[\]/);
        expect(sent(json)).toEqual(json);
        for (const field of Object.values(kindFields)) expect(json).not.toHaveProperty([field]);
      }),
      { numRuns: 50 },
    );
  });

  it('fits its schema', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        isMessage(sent(messageToJson(message)));
        expect(isMessage.errors ?? []).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('makes a draft that completes to the same message', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const request: Record<string, unknown> = { ...sent(messageToJson(message)) };
        for (const path of serverSetFields) delete request[path];
        request.sender = {
          unit: message.sender.unit ?? undefined,
          position: message.sender.position ?? undefined,
        };
        const server: ServerFields = { ...message, correspondent: message.sender.correspondent };
        const draft = draftFromJson(JSON.parse(JSON.stringify(request)) as MessageRequest);
        const { correspondent, messageId, reference, actor, releasedBy, releasedAt } = server;
        const { receivedAt, retainUntil, requestDigest, traceId, schemaVersion, withheld } = server;
        const completed = completeDraft(draft, {
          correspondent,
          messageId,
          reference,
          actor,
          releasedBy,
          releasedAt,
          receivedAt,
          retainUntil,
          requestDigest,
          traceId,
          schemaVersion,
          withheld,
        });
        expect(completed).toEqual(message);
      }),
      { numRuns: 50 },
    );
  });

  it('fills what a short request leaves out', () => {
    const draft = draftFromJson({
      kind: 'LEAD',
      status: 'ACTUAL',
      urgency: 'FLASH',
      body: { text: 'One line.' },
    });
    expect(draft).toMatchObject({
      submissionId: null,
      threadId: null,
      activity: 'OPERATIONAL',
      classification: 'RESTRICTED',
      releaseMode: 'NORMAL',
      matchPolicy: 'OPEN',
      sender: { unit: null, position: null },
      recipients: { action: [], information: [], excluded: [] },
      lead: { text: 'One line.', entities: [], title: null },
      reply: null,
    });
    expect(draft).not.toHaveProperty('messageId');
    expect(draft.sender).not.toHaveProperty('correspondent');
  });

  it('shares no default between two drafts', () => {
    const request: MessageRequest = { kind: 'LEAD', status: 'ACTUAL', urgency: 'FLASH', body: { text: 'x' } };
    draftFromJson(request).keywords.push('x');
    draftFromJson(request).recipients.excluded.push('post:DJ');
    expect(draftFromJson(request)).toMatchObject({ keywords: [], recipients: { excluded: [] } });
  });

  it('opens its own thread when it refers to nothing', () => {
    const message = exampleMessage();
    expect(message.threadId).toBe(message.messageId);
  });

  it('is refused without exactly one body of its kind', () => {
    expect(() => messageToJson(exampleMessage({ lead: null }))).toThrow(TypeError);
    expect(() => messageToJson(exampleMessage({ kind: 'HIT' }))).toThrow(TypeError);
  });
});
