import { createLaneProducer, type LaneProducer, publishAll } from '../lane-producer.ts';
import type { IncomingRecord } from '../record.ts';
import type { KafkaSettings } from '../settings.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { SinkOptions } from './sink-contract.ts';

/** Where a sink's dead letters go. */
export interface Cemetery {
  /** Resolves once the dead letter is acknowledged. */
  bury(record: IncomingRecord, code: string): Promise<void>;
  buried(): number;
  stop(): Promise<void>;
}

/** Makes the cemetery of one sink: a producer of its own, opened at the first dead letter, unless it is given one. */
export function openCemetery(
  settings: KafkaSettings,
  { group, deadLetters, metrics, log }: Pick<SinkOptions, 'group' | 'deadLetters' | 'metrics' | 'log'>,
): Cemetery {
  let own: LaneProducer | undefined;
  let buried = 0;

  function producer(): Pick<LaneProducer, 'send'> {
    if (deadLetters !== undefined) return deadLetters;
    own ??= createLaneProducer(settings, { name: `${group}.dlq`, log });
    return own;
  }

  return {
    async bury(record, code) {
      await publishAll(producer(), [deadLetterOf(record, group, code)]);
      buried += 1;
      const { topic, partition, offset } = record;
      log.error({ group, topic, partition, offset, code }, 'dead letter');
      metrics?.recordDeadLettered({ topic, partition, code });
    },
    buried: () => buried,
    async stop() {
      await own?.stop();
    },
  };
}
