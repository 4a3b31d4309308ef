import { readPage } from './read-page.ts';
import type { RunErrand } from './run-errands.ts';
import { signedHeaders } from './webhook-signer.ts';

/**
 * Pages by a request that is signed after Standard Webhooks. The address is the operator's own word, so a pager on
 * the inner network is allowed; no redirect is followed. Only a 2xx counts.
 */
export function createWebhookPager(options: {
  url: string;
  /** `whsec_` and base64. */
  secret: string;
  timeoutMs: number;
  nowMs(): number;
}): RunErrand {
  const secret = Buffer.from(options.secret.replace(/^whsec_/, ''), 'base64');
  return async (payload, errandId) => {
    const atMs = options.nowMs();
    const body = JSON.stringify({
      type: 'page',
      timestamp: new Date(atMs).toISOString(),
      data: readPage(payload),
    });
    const response = await fetch(options.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signedHeaders('v1', [secret], { id: errandId, atS: Math.floor(atMs / 1_000), body }),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? { status: 'done' } : { status: 'again', code: `http-${response.status}` };
  };
}
