import type { Client } from '@chappe/postgres';
import { deriveId, type Lane } from '@chappe/schemas';
import { composeHandOver } from '../domain/compose-hand-over.ts';
import type { DeadlineCard } from '../domain/deadline.ts';
import type { InboxItem } from '../domain/inbox-item.ts';

/** A hand-over to a function that was just given, and about what. */
export interface HandedOver {
  readonly delivery: {
    readonly delivery_id: string;
    readonly message_id: string;
    readonly lane: string;
    readonly status: string;
    readonly marking: InboxItem['markings'];
  };
  readonly receipt: { readonly version: number; readonly atMs: number };
  /** The function, as the directory writes it. */
  readonly positions: readonly string[];
}

/** Leaves, in the transaction of the receipts, what is to be told to whoever holds the functions. */
export async function tellHandOvers(
  client: Client,
  correspondent: string,
  handOvers: readonly HandedOver[],
): Promise<void> {
  if (handOvers.length === 0) return;
  // What is owed about a message knows its reference and its exercise.
  const { rows } = await client.query<{ message_id: string; card: DeadlineCard }>({
    name: 'hand-over-cards',
    text: `SELECT DISTINCT ON (message_id) message_id, card FROM deadline
           WHERE message_id = ANY ($2::uuid[]) AND correspondent = $1 ORDER BY message_id, deadline_id`,
    values: [correspondent, handOvers.map(({ delivery }) => delivery.message_id)],
  });
  const cards = new Map(rows.map((row) => [row.message_id, row.card]));
  const errands = handOvers.map(({ delivery, receipt, positions }) => {
    const { delivery_id: deliveryId, message_id: messageId, status } = delivery;
    const card = cards.get(messageId) ?? cardOf(delivery);
    const payload = composeHandOver({
      deliveryId,
      messageId,
      status,
      correspondent,
      positions,
      card,
      ...receipt,
    });
    return { errand_id: deriveId('deadline-errand', payload.submissionId, 'INGEST'), payload };
  });
  await client.query({
    name: 'hand-over-errands',
    text: `INSERT INTO deadline_errand (errand_id, channel, payload)
           SELECT errand_id, 'INGEST', payload FROM jsonb_to_recordset($1::jsonb) AS x(errand_id uuid, payload jsonb)
           ON CONFLICT DO NOTHING`,
    values: [JSON.stringify(errands)],
  });
}

function cardOf({ lane, marking }: HandedOver['delivery']): DeadlineCard {
  return {
    reference: null,
    exerciseId: null,
    lane: lane as Lane,
    classification: marking.classification,
    crimeAreas: marking.crimeAreas,
    attentionPositions: marking.attentionPositions,
  };
}
