import { createTransport } from 'nodemailer';
import { readPage } from './read-page.ts';
import type { RunErrand } from './run-errands.ts';

/**
 * Pages by mail. The connection is encrypted from its beginning (`smtps:`) or by STARTTLS, without which nothing is
 * sent; the server's certificate is checked. The message id derives from the errand, so that a receiver knows a
 * repetition.
 */
export function createMailPager(options: {
  url: string;
  from: string;
  to: readonly string[];
  timeoutMs: number;
  /** Certificates that are trusted besides the system's; for tests. */
  ca?: string;
}): RunErrand {
  const url = new URL(options.url);
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const transport = createTransport({
    host: url.hostname,
    port: Number(url.port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure,
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    tls: { minVersion: 'TLSv1.2', ...(options.ca === undefined ? {} : { ca: options.ca }) },
    connectionTimeout: options.timeoutMs,
    greetingTimeout: options.timeoutMs,
    socketTimeout: options.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (payload, errandId) => {
    const page = readPage(payload);
    const prefix = page.status === 'EXERCISE' ? 'EXERCICE / EXERCISE ' : '';
    await transport.sendMail({
      from: options.from,
      to: [...options.to],
      messageId: `<${errandId}@chappe.invalid>`,
      subject: `${prefix}Chappe ${page.urgency} ${page.reference}`,
      text: [
        `${prefix}${page.reference}`,
        `${page.urgency} ${page.kind}`,
        ...(page.positions.length === 0 ? [] : [`Pour / for: ${page.positions.join(', ')}`]),
        '',
        'À ouvrir dans Chappe. Ce message ne contient rien d’autre. / Open it in Chappe. This mail holds nothing else.',
      ].join('\n'),
    });
    return { status: 'done' };
  };
}
