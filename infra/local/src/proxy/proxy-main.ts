import { readFileSync } from 'node:fs';
import { type ProxyOptions, startProxy } from './start-proxy.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('usage: proxy-main.ts <settings.json>');
const options: ProxyOptions = JSON.parse(readFileSync(file, 'utf8'));
const proxy = await startProxy(options);
console.log(
  JSON.stringify({ level: 30, time: Date.now(), service: 'proxy', msg: 'started', url: options.publicUrl }),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    proxy.close().then(() => process.exit(0));
  });
}
