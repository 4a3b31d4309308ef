import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { readWebhookUrl, type UrlRefusal } from '../domain/read-webhook-url.ts';

/** The addresses of a name, each as text; none when it has none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** Where a target is to be called: the very address that was checked. */
export type LocatedTarget =
  | {
      readonly status: 'located';
      readonly url: URL;
      readonly host: string;
      readonly port: number;
      readonly address: string;
    }
  | { readonly status: 'refused'; readonly code: UrlRefusal | 'address' };

/** Judges targets, at registration and again before each connection. */
export type LocateTarget = (url: string) => Promise<LocatedTarget>;

/** What the operator lets be called beside what is public. */
export interface TargetBounds {
  readonly allowed: readonly (
    | { readonly kind: 'range'; readonly cidr: string }
    | { readonly kind: 'host'; readonly host: string }
  )[];
  readonly ports: readonly (readonly [first: number, last: number])[];
  /** In the demonstration, `http:` is enough for what is listed. */
  readonly plainWhereListed: boolean;
}

const resolveTimeoutMs = 3_000;
const mostAddresses = 32;

/** Public by number, but each answers a provider's virtual machines with what is theirs alone. */
const cloudAddresses: readonly string[] = ['168.63.129.16'];

/** Every address of IPv6 that is routed on the Internet is in here; what is outside needs no name. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Makes the guard. A refused address and a name that has none are answered alike: names inside are nobody's business. */
export function createTargetGuard(bounds: TargetBounds, resolve: ResolveHost = resolveByDns): LocateTarget {
  const hosts = new Set(bounds.allowed.flatMap((each) => (each.kind === 'host' ? [each.host] : [])));
  const ranges = bounds.allowed.flatMap((each) =>
    each.kind === 'range' ? [ipaddr.parseCIDR(each.cidr)] : [],
  );
  const isListed = (address: string): boolean => ranges.some((range) => isWithin(address, range));

  return async (text) => {
    const read = readWebhookUrl(text, {
      mayBePlain: (host) =>
        bounds.plainWhereListed && (hosts.has(host) || (isIP(host) !== 0 && isListed(host))),
      mayUsePort: (port) => bounds.ports.some(([first, last]) => port >= first && port <= last),
    });
    if (read.status === 'refused') return read;
    const { url, host, port } = read;
    const addresses = isIP(host) !== 0 ? [host] : await resolve(host);
    const usable =
      addresses.length <= mostAddresses &&
      addresses.every((address) => hosts.has(host) || isListed(address) || isPublicAddress(address));
    const [address] = addresses;
    // One bad address among good ones is how a name is rebound: then none is used.
    if (address === undefined || !usable) return { status: 'refused', code: 'address' };
    return { status: 'located', url, host, port, address };
  };
}

/** Whether an address is one of the open Internet's. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast)) return false;
  return parsed.range() === 'unicast' && !cloudAddresses.includes(address);
}

function isWithin(address: string, [network, bits]: ReturnType<typeof ipaddr.parseCIDR>): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  return parsed.kind() === network.kind() && parsed.match(network, bits);
}

/** Asks the name servers, not the hosts file, in bounded time and without the thread pool that others wait for. */
async function resolveByDns(host: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: resolveTimeoutMs / 2, tries: 2 });
  const overall = setTimeout(() => resolver.cancel(), resolveTimeoutMs);
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  clearTimeout(overall);
  return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
}
