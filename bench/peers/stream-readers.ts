/**
 * The readers of F5, alike for both sides, in a process of their own: opens CONNECTIONS streams at URL, says `ready`,
 * then counts deliveries until each connection has had EXPECTED of them, and prints the milliseconds from the first
 * to the last, or what is missing after TIMEOUT_MS.
 */
import { Agent, request } from 'node:http';

const { URL: url = '', TOKEN, CONNECTIONS, EXPECTED, TIMEOUT_MS } = process.env;
const connections = Number(CONNECTIONS);
const expected = Number(EXPECTED);
const mark = Buffer.from('event: delivery\n');
const openedAtOnce = 50;
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
const counts = new Array<number>(connections).fill(0);
let firstMs = 0;
let complete = 0;

function open(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = TOKEN === undefined ? {} : { authorization: `Bearer ${TOKEN}` };
    const call = request(url, { agent, headers });
    call.once('error', reject);
    call.once('response', (response) => {
      if (response.statusCode !== 200)
        return reject(new Error(`a stream was answered ${response.statusCode}`));
      let rest: Buffer = Buffer.alloc(0);
      response.on('data', (chunk: Buffer) => {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        let found = bytes.indexOf(mark);
        let after = 0;
        for (; found !== -1; found = bytes.indexOf(mark, after)) {
          after = found + mark.length;
          count(index);
        }
        // A mark may be cut between two chunks; what follows the last one cannot hold more than a part of one.
        rest = bytes.subarray(Math.max(after, bytes.length - mark.length + 1));
      });
      response.on('error', () => undefined);
      resolve();
    });
    call.end();
  });
}

function count(index: number): void {
  if (firstMs === 0) firstMs = performance.now();
  const own = (counts[index] ?? 0) + 1;
  counts[index] = own;
  if (own === expected) complete += 1;
  if (complete === connections) finish();
}

function finish(): void {
  const ms = performance.now() - firstMs;
  const missing = counts.reduce((sum, own) => sum + Math.max(0, expected - own), 0);
  const repeated = counts.reduce((sum, own) => sum + Math.max(0, own - expected), 0);
  console.log(JSON.stringify({ ms, missing, repeated }));
  process.exit(0);
}

for (let opened = 0; opened < connections; opened += openedAtOnce) {
  const batch = Math.min(openedAtOnce, connections - opened);
  await Promise.all(Array.from({ length: batch }, (_, index) => open(opened + index)));
}
console.log('ready');
setTimeout(finish, Number(TIMEOUT_MS));
