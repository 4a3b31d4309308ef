import { uuidV7 } from '@chappe/client';
import { ingestSettings, startIngest } from '@chappe/ingest';
import { decode, encode } from '@chappe/schemas';
import { runService } from '@chappe/service-kit';

/** A defect: what is written again is written under an identity of its own, so that one submission is two messages. */
const written = new Set<string>();

function underNewIdentity(value: Buffer): { key: string; value: Buffer } | undefined {
  const decoded = decode('Message', value);
  if (decoded.status !== 'decoded') return undefined;
  const { messageId, threadId } = decoded.value;
  if (!written.has(messageId)) {
    written.add(messageId);
    return undefined;
  }
  const renewed = uuidV7().replace(/^(.{14})7/, '$18');
  const key = threadId === messageId ? renewed : threadId;
  return { key, value: encode('Message', { ...decoded.value, messageId: renewed, threadId: key }) };
}

await runService({
  service: 'ingest',
  settings: ingestSettings,
  env: process.env,
  start: (config) =>
    startIngest(config, {
      // It remembers nothing of what it has acknowledged, or it would not write again at all.
      wrapMemory: () => ({ recall: async () => undefined, remember: () => undefined }),
      wrapProducer: (producer) => ({
        ...producer,
        send: (records) =>
          producer.send(records.map((record) => ({ ...record, ...underNewIdentity(record.value) }))),
      }),
    }),
});
