/** Why an address can be no target of webhooks, before anything is looked up. */
export type UrlRefusal = 'form' | 'not-https' | 'userinfo' | 'host-form' | 'port';

/** An address in the one form that this service calls, or why not. */
export type WebhookUrl =
  | { readonly status: 'usable'; readonly url: URL; readonly host: string; readonly port: number }
  | { readonly status: 'refused'; readonly code: UrlRefusal };

/** What the operator lets an address be. */
export interface UrlBounds {
  /** Whether `http:` may be used for this host: on loopback in the demonstration. */
  mayBePlain(host: string): boolean;
  mayUsePort(port: number): boolean;
}

const longestUrl = 2_000;
const authorityOf = /^https?:\/\/([^/?]*)/;

/**
 * Reads the address of a target. A host must be written as it is understood: octal, hexadecimal and integer
 * forms of IPv4, names with a trailing dot, unencoded international names and user information all mean
 * something else to one reader than to another, which is how checks of addresses are got round.
 */
export function readWebhookUrl(text: string, bounds: UrlBounds): WebhookUrl {
  if (text.length > longestUrl || !/^[\x21-\x7e]+$/.test(text) || /[\\#]/.test(text)) return refused('form');
  const authority = authorityOf.exec(text)?.[1];
  if (authority === undefined || authority === '' || !URL.canParse(text)) {
    return refused(/^https?:/.test(text) ? 'host-form' : 'not-https');
  }
  const url = new URL(text);
  if (authority.includes('@')) return refused('userinfo');
  if (authority.replace(/:\d*$/, '') !== url.hostname || isOddHost(url.hostname)) return refused('host-form');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'https:' && !bounds.mayBePlain(host)) return refused('not-https');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!bounds.mayUsePort(port)) return refused('port');
  return { status: 'usable', url, host, port };
}

/** A name ends without a dot and is made of labels; everything else the parser has already made canonical. */
function isOddHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return false;
  return !/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/.test(
    hostname,
  );
}

function refused(code: UrlRefusal): WebhookUrl {
  return { status: 'refused', code };
}
