import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to the public origin that breaks off in the middle of what is sent over it. */
export interface BreakingLink {
  readonly url: string;
  /** How often it has broken off. */
  readonly breaks: number;
  close(): Promise<void>;
}

/**
 * Carries connections to a server, and ends the whole link each time another `everyBytes` have gone that way: what is
 * under way is torn, in either direction. After `most` breaks it holds.
 */
export async function startBreakingLink(
  targetUrl: string,
  { everyBytes, most }: { readonly everyBytes: number; readonly most: number },
): Promise<BreakingLink> {
  const { hostname, port } = new URL(targetUrl);
  const open = new Set<Socket>();
  let carried = 0;
  let breaks = 0;
  const listener = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) });
    for (const socket of [client, server]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        server.destroy();
      });
      socket.on('data', (bytes: Buffer) => {
        carried += bytes.length;
        if (carried < everyBytes || breaks >= most) return;
        carried = 0;
        breaks += 1;
        for (const each of open) each.destroy();
      });
    }
    client.pipe(server);
    server.pipe(client);
  });
  listener.listen({ host: '127.0.0.1', port: 0 });
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port for the link');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get breaks() {
      return breaks;
    },
    async close() {
      listener.close();
      for (const each of open) each.destroy();
      await once(listener, 'close');
    },
  };
}
