import { deadLetterGroupPrefix, directoryGroupPrefix, groups, serviceNames, topics } from '@chappe/schemas';
import { type TestKafka, testKafka } from '@chappe/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { createLaneProducer, provisionTopics } from '../src/index.ts';
import { openClient } from '../src/open-client.ts';
import { type AskedRight, openRightsProbe } from '../src/topics/probe-rights.ts';
import { readTopic, recordingLog } from './read-topic.ts';

let kafka: TestKafka;

beforeAll(async () => {
  kafka = await testKafka({ provision: provisionTopics });
});

/** Asks the broker for each, as `principal`; the answers by name. */
async function answersTo(
  principal: (typeof serviceNames)[number] | 'stranger',
  asked: readonly { name: string; right: Omit<AskedRight, 'pattern'> }[],
): Promise<Record<string, 'refused' | 'allowed'>> {
  const probe = await openRightsProbe(openClient(kafka.settings(principal), { log: recordingLog() }));
  const answers: Record<string, 'refused' | 'allowed'> = {};
  for (const { name, right } of asked) {
    answers[name] = (await probe.isRefused({ ...right, pattern: 'LITERAL' })) ? 'refused' : 'allowed';
  }
  await probe.close();
  return answers;
}

const named = (allowed: boolean): 'refused' | 'allowed' => (allowed ? 'allowed' : 'refused');
const onTopics = (operation: 'READ' | 'WRITE') =>
  topics.map(({ name }) => ({
    name,
    right: { resourceType: 'TOPIC', resource: kafka.topicPrefix + name, operation } as const,
  }));
const onGroups = (names: readonly string[]) =>
  names.map((name) => ({
    name,
    right: { resourceType: 'GROUP', resource: kafka.topicPrefix + name, operation: 'READ' } as const,
  }));

describe.each(serviceNames)('the principal of %s', (service) => {
  it('writes its own topics, and is refused by the broker on every other', async () => {
    const producer = createLaneProducer(kafka.settings(service), { name: service, log: recordingLog() });
    await producer.start();
    const outcomes: Record<string, string> = {};
    for (const { name } of topics) {
      const outcome = await producer.send([{ topic: name, key: 'k', value: Buffer.from(service) }]);
      outcomes[name] =
        outcome.status === 'acknowledged' ? 'acknowledged' : `${outcome.status} ${outcome.reason}`;
    }
    await producer.stop();
    const own = (writers: readonly string[]) => writers.includes(service);
    expect(outcomes).toEqual(
      Object.fromEntries(
        topics.map(({ name, writers }) => [name, own(writers) ? 'acknowledged' : 'refused unauthorised']),
      ),
    );
  });

  it('reads its own topics, and is refused by the broker on every other', async () => {
    const expected = topics.map(({ name, readers }) => [name, named(readers.includes(service))]);
    expect(await answersTo(service, onTopics('READ'))).toEqual(Object.fromEntries(expected));
  });

  it('joins its own groups, and is refused by the broker in every other', async () => {
    const own = groups.map((each) => [each.group, each.service === service] as const);
    const prefixed = serviceNames.flatMap((other) => [
      [`${directoryGroupPrefix(other)}replica-1`, other === service] as const,
      [`${deadLetterGroupPrefix(other)}reading-1`, other === service] as const,
    ]);
    const expected = [...own, ...prefixed].map(([name, allowed]) => [name, named(allowed)]);
    const names = [...own, ...prefixed].map(([name]) => name);
    expect(await answersTo(service, onGroups(names))).toEqual(Object.fromEntries(expected));
  });
});

it('lets a stranger neither write nor read nor join anything', async () => {
  const asked = [...onTopics('WRITE'), ...onGroups(groups.map(({ group }) => group))];
  const answers = [await answersTo('stranger', asked), await answersTo('stranger', onTopics('READ'))];
  expect(new Set(answers.flatMap((each) => Object.values(each)))).toEqual(new Set(['refused']));
});

it('has left in each topic the records of its writers, and no other', async () => {
  for (const { name, writers } of topics) {
    const found = new Set((await readTopic(kafka.admin, name)).map(({ value }) => value.toString()));
    expect([...found].toSorted(), name).toEqual([...writers].toSorted());
  }
});
