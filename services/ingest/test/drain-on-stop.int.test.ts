import { setTimeout as sleep } from 'node:timers/promises';
import { provisionTopics } from '@chappe/kafka';
import { testKafka } from '@chappe/testing';
import { expect, it } from 'vitest';
import { newLead } from './example-requests.ts';
import { startScene } from './start-scene.ts';
import { watchLanes } from './watch-lanes.ts';

it('a stop takes nothing new, answers what was taken, and each of these answers is kept', async () => {
  const kafka = await testKafka({ provision: provisionTopics });
  let taken = 0;
  const scene = await startScene(
    { admin: kafka.admin, environment: kafka.environment('ingest') },
    {
      overrides: {
        wrapProducer: (producer) => ({
          ...producer,
          async send(records) {
            taken += records.length;
            await sleep(1_000);
            return producer.send(records);
          },
        }),
      },
    },
  );
  const underWay = Array.from({ length: 20 }, () => scene.post(newLead()));
  while (taken < 20) await sleep(10);
  const stopped = scene.stop();
  await sleep(200);
  await expect(scene.post(newLead())).rejects.toThrow();
  const answers = await Promise.all(underWay);
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
  await stopped;
  const watch = await watchLanes(kafka.settings('archive'));
  for (const { body } of answers) expect(await watch.arrived(String(body.messageId))).toHaveLength(1);
  expect(taken).toBe(20);
  await watch.stop();
});
