import { createSink } from '../src/index.ts';
import type { KafkaSettings } from '../src/settings.ts';
import { recordingLog } from './read-topic.ts';
import { sinkStoreAt } from './sink-store.ts';

/** A sink as a process of its own, for tests that stop it in its tracks. */
const { SETTINGS = '{}', STORE_URL = '', GROUP = '', TOPIC = '', SESSION_TIMEOUT_MS = '6000' } = process.env;
const settings: KafkaSettings = JSON.parse(SETTINGS);
const store = sinkStoreAt(STORE_URL, GROUP);
const sink = createSink(settings, {
  group: GROUP,
  topics: [TOPIC],
  apply: (slice) => store.apply(slice),
  readOffset: store.readOffset,
  maxSliceRecords: 5,
  maxWaitMs: 100,
  sessionTimeoutMs: Number(SESSION_TIMEOUT_MS),
  log: recordingLog(),
});
sink.onFailure((error) => process.send?.({ failed: error.message }));
await sink.start();
process.send?.('started');
// A parent that is gone must not leave this process behind.
process.once('disconnect', () => process.exit(1));
