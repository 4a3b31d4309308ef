import { Agent, request } from 'node:http';

/** Posts without waiting, over as many keep-alive connections as it takes. */
export interface Poster {
  post(body: string): void;
  close(): void;
}

/** A poster to one service; anything but a 202 ends the measurement. */
export function openPoster(url: string, token: string): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const target = new URL('/v1/messages', url);
  return {
    post(body) {
      const posting = request(target, {
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      });
      posting.on('response', (response) => {
        if (response.statusCode !== 202) throw new Error(`a lead was answered ${response.statusCode}`);
        response.resume();
      });
      posting.end(body);
    },
    close: () => agent.destroy(),
  };
}
