import { createServer, connect as dial, type Socket } from 'node:net';
import { type AnswerQueue, createAnswerQueue } from './answer-queue.ts';

/** How a link treats what the server says; what the client says always passes. */
export type LinkTreatment =
  | { readonly how: 'pass' }
  /** Every answer arrives this much later, in order. */
  | { readonly how: 'delay-answers'; readonly delayMs: number }
  /** Requests are carried out, and nobody is told: the client waits until its own time-out. */
  | { readonly how: 'drop-answers' }
  /** Every n-th answer of the link ends its connection instead of arriving. */
  | { readonly how: 'cut-at-answer'; readonly every: number }
  /** Connections are ended, and new ones too. */
  | { readonly how: 'refuse' };

/** A TCP proxy between the services and one store, by which tests disturb what they hear from it. */
export interface Link {
  /** The process behind it, as in `state.pids`: `kafka-1`, `postgres`. */
  readonly name: string;
  /** Where the services connect. */
  readonly port: number;
  readonly openConnections: number;
  /** Holds for connections that exist and for new ones, until the next treatment. */
  treat(treatment: LinkTreatment): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly answers: AnswerQueue;
  /** Something the server said was dropped: the connection can never make sense again. */
  broken: boolean;
}

/** Listens on a loopback port and carries each connection to `targetPort`. */
export async function startLink(options: { name: string; port: number; targetPort: number }): Promise<Link> {
  const pairs = new Set<Pair>();
  let treatment: LinkTreatment = { how: 'pass' };
  let answersSeen = 0;

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.answers.clear();
    pair.client.destroy();
    pair.server.destroy();
  };

  const carryAnswer = (pair: Pair, bytes: Buffer): void => {
    answersSeen += 1;
    if (treatment.how === 'drop-answers' || pair.broken) {
      pair.broken = true;
      return;
    }
    if (treatment.how === 'cut-at-answer' && answersSeen % treatment.every === 0) end(pair);
    else pair.answers.push(bytes, treatment.how === 'delay-answers' ? treatment.delayMs : 0);
  };

  const listener = createServer({ noDelay: true }, (client) => {
    if (treatment.how === 'refuse') {
      client.destroy();
      return;
    }
    const server = dial({ host: '127.0.0.1', port: options.targetPort, noDelay: true });
    const pair: Pair = { client, server, answers: createAnswerQueue(client, server), broken: false };
    pairs.add(pair);
    client.pipe(server);
    server.on('data', (bytes) => carryAnswer(pair, bytes));
    server.on('end', () => pair.answers.end());
    // The other side learns of an error by the end of its connection.
    for (const socket of [client, server]) socket.on('error', () => end(pair));
    client.on('close', () => end(pair));
    server.on('close', () => {
      if (pair.answers.isEmpty()) end(pair);
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port: options.port, host: '127.0.0.1', exclusive: true }, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error(`no port for ${options.name}`);

  return {
    name: options.name,
    port: address.port,
    get openConnections() {
      return pairs.size;
    },
    treat(next) {
      treatment = next;
      answersSeen = 0;
      for (const pair of [...pairs]) if (next.how === 'refuse' || pair.broken) end(pair);
    },
    close() {
      const closed = new Promise<void>((resolve) => {
        listener.close(() => resolve());
      });
      for (const pair of [...pairs]) end(pair);
      return closed;
    },
  };
}
