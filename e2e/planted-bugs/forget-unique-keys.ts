import pg from 'pg';

/** The mailbox's schema without what keeps a message from standing twice in an inbox; `restore` puts it back. */
export interface ForgottenKeys {
  restore(): Promise<void>;
}

const lookUp = /WHERE \(SELECT true FROM inbox_item[\s\S]*?\n(?=\s*\), stored AS)/;
const insertedId = 'SELECT f.correspondent, f.number, f.delivery_id,';

/**
 * A defect: `apply_deliveries` neither looks for what an inbox holds nor has an index that would object. Done as
 * the database's administrator, in the test's own database.
 */
export async function forgetUniqueKeys(postgresUrl: string): Promise<ForgottenKeys> {
  const right = await withMailbox(postgresUrl, async (client) => {
    const found = await client.query<{ text: string }>(
      `SELECT pg_get_functiondef('apply_deliveries'::regproc) AS text`,
    );
    const text = found.rows[0]?.text ?? '';
    const wrong = text
      .replace(lookUp, 'WHERE true\n')
      .replace(insertedId, insertedId.replace('f.delivery_id', 'gen_random_uuid()'));
    if (!lookUp.test(text) || !text.includes(insertedId))
      throw new Error('apply_deliveries is another one by now');
    await client.query('DROP INDEX inbox_item_once');
    await client.query(wrong);
    return text;
  });
  return {
    restore: () =>
      withMailbox(postgresUrl, async (client) => {
        await client.query('BEGIN');
        await client.query(right);
        await client.query(
          `DELETE FROM inbox_item AS x USING inbox_item AS first
            WHERE x.role <> 'NOTICE' AND first.role <> 'NOTICE' AND first.message_id = x.message_id
              AND first.correspondent = x.correspondent AND first.number < x.number`,
        );
        // The numbers that go with the copies were the last ones: the next item takes them again.
        await client.query(
          `UPDATE inbox_counter AS c SET last_number = coalesce(
             (SELECT max(x.number) FROM inbox_item AS x WHERE x.correspondent = c.correspondent), 0)`,
        );
        await client.query(
          `CREATE UNIQUE INDEX inbox_item_once ON inbox_item (message_id, correspondent) WHERE role <> 'NOTICE'`,
        );
        await client.query('COMMIT');
      }),
  };
}

async function withMailbox<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 20_000 });
  await client.connect();
  try {
    await client.query('SET search_path TO mailbox');
    return await work(client);
  } finally {
    await client.end();
  }
}
