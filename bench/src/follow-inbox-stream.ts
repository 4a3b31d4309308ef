import { request } from 'node:http';

/** Tells the messageId of each delivery at the moment its bytes arrive. */
export async function followInboxStream(
  target: { url: string; token: string },
  onDelivery: (messageId: string) => void,
): Promise<{ stop(): void }> {
  const url = new URL('/v1/inbox/stream?since=latest', target.url);
  return await new Promise((resolve, reject) => {
    const stream = request(url, {
      headers: { authorization: `Bearer ${target.token}`, accept: 'text/event-stream' },
    });
    stream.on('error', reject);
    stream.on('response', (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`the stream answered ${response.statusCode}`));
        return;
      }
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const events = (rest + chunk).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          const [, messageId] = /^data:.*?"messageId":"([^"]+)"/m.exec(event) ?? [];
          if (messageId !== undefined) onDelivery(messageId);
        }
      });
      response.on('error', () => stream.destroy());
      resolve({ stop: () => void stream.destroy() });
    });
    stream.end();
  });
}
