import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorizationCodeWithPassword } from '@chappe/client';
import type { Stack } from '@chappe/local';

interface Letter {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
}

const mostAtOnce = 20;

/** What an operator does once the cause is mended: brings every dead letter of a service back. Answers how many. */
export async function replayDeadLetters(
  stack: Stack,
  service: 'mailbox' | 'router' | 'archive',
): Promise<number> {
  const token = await operatorToken(stack);
  const path = `/v1/operations/${service}/dead-letters`;
  const { items } = await ask<{ items: Letter[] }>(stack, token, `${path}?limit=100`);
  for (let start = 0; start < items.length; start += mostAtOnce) {
    const letters = items
      .slice(start, start + mostAtOnce)
      .map(({ group, partition, offset }) => ({ group, partition, offset }));
    const reason = 'planted-bug test: the cause is mended';
    await ask(stack, token, `${path}/replays`, { reason, letters });
  }
  return items.length;
}

async function operatorToken({ accounts, state, dataDir }: Stack): Promise<string> {
  const operator = accounts.find((each) => each.subject === 'demo-operator');
  if (operator === undefined) throw new Error('the demonstration has no operator');
  const file = JSON.parse(await readFile(join(dataDir, 'accounts.json'), 'utf8')) as {
    cli: { clientId: string; redirectUri: string };
  };
  const { login, password } = operator;
  const provider = authorizationCodeWithPassword({
    ...file.cli,
    ...{ issuer: state.issuer, resource: 'urn:chappe:api', login, password },
  });
  return await provider();
}

async function ask<T>(stack: Stack, token: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, stack.state.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
