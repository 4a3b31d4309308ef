import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { checkPorts } from './check-ports.ts';
import { freePortPlan } from './ports.ts';

it('names a port in use, what wants it and the process that has it', async () => {
  const plan = await freePortPlan(1);
  await expect(checkPorts(plan, new Set())).resolves.toBeUndefined();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(plan.services.mailbox, '127.0.0.1', resolve));
  try {
    const who = process.platform === 'linux' ? `pid ${process.pid}:.*node.*` : '';
    const said = new RegExp(
      `port ${plan.services.mailbox}, wanted for mailbox, is in use.*${who}set CHAPPE_MAILBOX_PORT`,
    );
    await expect(checkPorts(plan, new Set())).rejects.toThrow(said);
    await expect(checkPorts(plan, new Set(['mailbox']))).resolves.toBeUndefined();
  } finally {
    server.close();
  }
});
