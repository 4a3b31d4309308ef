import { PauseUntilUpgrade, PoisonRecord } from '@chappe/kafka';
import { encode, type Message } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { givenLead } from '../../test/given.ts';
import { readMessage } from './kafka-message-reader.ts';

const record = (value: Buffer) => ({
  topic: 'message.routine.v1',
  partition: 0,
  offset: 7n,
  key: 'thread',
  rawKey: Buffer.from('thread'),
  value,
  headers: {},
  timestampMs: 0,
});

const read = (message: Message) => readMessage(record(encode('Message', message)), 'routine');

describe('reading a record of a message topic', () => {
  const lead = givenLead('post:DJ');

  it('keeps the bytes beside the message', () => {
    const value = encode('Message', lead);
    expect(readMessage(record(value), 'routine')).toEqual({ message: lead, lane: 'routine', encoded: value });
  });

  it('takes for poison what cannot be decoded, and what could not be decided', () => {
    expect(() => readMessage(record(Buffer.from('{}')), 'routine')).toThrow(PoisonRecord);
    const spoilt: Partial<Message>[] = [
      { messageId: 'not-an-id' },
      { inReplyTo: 'not-an-id' },
      { requestDigest: '' },
      { sender: { correspondent: '', unit: null, position: null } },
    ];
    for (const change of spoilt) expect(() => read({ ...lead, ...change })).toThrow(PoisonRecord);
  });

  it('waits for an upgrade when the schema is of a newer release', () => {
    const newer = encode('Message', lead);
    newer.writeUInt32BE(newer.readUInt32BE(1) + 10, 1);
    expect(() => readMessage(record(newer), 'routine')).toThrow(PauseUntilUpgrade);
  });
});
