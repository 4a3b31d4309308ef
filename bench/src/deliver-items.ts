import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type InboxItem, uuidV7 } from '@chappe/client';
import { createLaneProducer, type LaneProducer } from '@chappe/kafka';
import {
  type Delivery,
  deliveryTopic,
  deriveId,
  deriveMessageId,
  encode,
  type Lane,
  laneFrom,
  lanes,
  type Message,
  messageFromJson,
} from '@chappe/schemas';
import type { BenchStack } from './bench-stack.ts';
import { inventedLead } from './invented-lead.ts';

/** Puts items into one inbox without ingest and router, which are not what is measured. */
export interface ItemFeed {
  /** Delivers so many new items; resolves when the brokers have them. */
  deliver(count: number): Promise<void>;
  stop(): Promise<void>;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const sender = 'post:DJ';

/** Sends one lead the whole way, and from then on delivers it again and again under new ids. */
export async function openItemFeed(bench: BenchStack, correspondent: string): Promise<ItemFeed> {
  const item = await firstItem(bench, correspondent);
  if (item.message === undefined) throw new Error('the first lead has no content');
  const message = messageFromJson(item.message);
  const producer = createLaneProducer(
    { ...bench.kafka, mechanism: 'plain', tls: false, clientId: 'bench-items', topicPrefix: '' },
    { name: 'bench', log: silent },
  );
  await producer.start();
  return {
    deliver: (count) =>
      send(
        producer,
        Array.from({ length: count }, () => again(item, message, correspondent)),
      ),
    stop: () => producer.stop(),
  };
}

async function firstItem(bench: BenchStack, correspondent: string): Promise<InboxItem> {
  const response = await fetch(new URL('/v1/messages', bench.stack.service('ingest').url), {
    method: 'POST',
    headers: { authorization: `Bearer ${await bench.token(sender)}`, 'content-type': 'application/json' },
    body: inventedLead(),
  });
  if (response.status !== 202) throw new Error(`the first lead was answered ${response.status}`);
  const client = createClient({
    url: bench.stack.service('mailbox').url,
    token: () => bench.token(correspondent),
  });
  for (let waited = 0; waited < 20_000; waited += 50) {
    const { items } = await client.inbox.list({ order: 'descending', limit: 1 });
    const [item] = items;
    if (item?.message !== undefined) return item;
    await pause(50);
  }
  throw new Error('the first lead did not arrive');
}

function again(item: InboxItem, original: Message, correspondent: string): Delivery {
  const messageId = deriveMessageId(sender, uuidV7());
  const decisionId = deriveId('decision', messageId);
  return {
    ...{ decisionId, messageId, correspondent, sender, notice: null },
    deliveryId: deriveId('delivery', decisionId),
    requestDigest: '0'.repeat(64),
    role: item.role === 'INFORMATION' ? 'INFORMATION' : 'ACTION',
    lane: laneOf(item),
    threadId: messageId,
    kind: original.kind,
    status: original.status,
    variantId: deriveId('variant', messageId),
    variantSha256: '0'.repeat(64),
    directoryRelease: 1,
    decidedAt: Date.now(),
    message: { ...original, messageId, threadId: messageId },
  };
}

function laneOf(item: InboxItem): Lane {
  return lanes.find((lane) => lane === item.lane) ?? 'routine';
}

async function send(producer: LaneProducer, deliveries: readonly Delivery[]): Promise<void> {
  const outcome = await producer.send(
    deliveries.map((delivery) => ({
      topic: deliveryTopic(laneFrom(delivery.lane)),
      key: delivery.correspondent,
      value: encode('Delivery', delivery),
    })),
  );
  if (outcome.status !== 'acknowledged') throw new Error(`not acknowledged: ${outcome.reason}`);
}
