// Preloaded by bootstrap.mjs into the process that it starts: asks that process to stop when the
// bootstrap is gone, even by SIGKILL, and insists if it does not.
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const pipe = process.env.CHAPPE_PARENT_PIPE;
// Descendants may inherit our options, but not this pipe.
delete process.env.CHAPPE_PARENT_PIPE;

if (pipe !== undefined && isMainThread) {
  const parent = new Socket({ fd: Number(pipe), readable: true, writable: false });
  parent.on('error', () => {});
  parent.once('close', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20_000).unref();
  });
  parent.resume();
  parent.unref();
}
