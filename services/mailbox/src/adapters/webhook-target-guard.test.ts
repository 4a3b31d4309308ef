import { describe, expect, it } from 'vitest';
import { createTargetGuard, isPublicAddress } from './webhook-target-guard.ts';

const strict = { allowed: [], ports: [[443, 443]], plainWhereListed: false } as const;

describe('an address that may be called', () => {
  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4007:80e::200e'])(
    'is a public one: %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['CGNAT', '100.64.0.1'],
    ['CGNAT', '100.127.255.254'],
    ['metadata in CGNAT', '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local', '169.254.0.1'],
    ['metadata', '169.254.169.254'],
    ['metadata, public by number', '168.63.129.16'],
    ['protocol assignments', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible, public', '::8.8.8.8'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, public', '::ffff:8.8.8.8'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64, local', '64:ff9b:1::a00:1'],
    ['discard', '100::1'],
    ['Teredo', '2001:0:7f00:1::1'],
    ['benchmarks', '2001:2::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['6to4', '2002:7f00:1::1'],
    ['documentation', '3fff::1'],
    ['segment routing', '5f00::1'],
    ['unique local', 'fc00::1'],
    ['unique local metadata', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['unassigned', '4000::1'],
    ['no address', 'localhost'],
    ['integer', '2130706433'],
    ['octal', '0177.0.0.1'],
  ])('is not %s: %s', async (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
    const guard = createTargetGuard(strict, async () => [address]);
    expect(await guard('https://hooks.partner.example/')).toEqual({ status: 'refused', code: 'address' });
  });
});

describe('where a target is', () => {
  it('is the address that was checked, one among those of its name', async () => {
    const guard = createTargetGuard(strict, async () => ['93.184.216.34', '2606:4700:4700::1111']);
    const located = await guard('https://hooks.partner.example/x');
    expect(located).toMatchObject({ status: 'located', address: '93.184.216.34', port: 443 });
  });

  it('is nowhere when one of its addresses is refused, when it has none, or too many', async () => {
    const answers = [['93.184.216.34', '10.0.0.1'], [], Array.from({ length: 33 }, () => '93.184.216.34')];
    for (const answer of answers) {
      const guard = createTargetGuard(strict, async () => answer);
      expect(await guard('https://hooks.partner.example/x')).toEqual({ status: 'refused', code: 'address' });
    }
  });

  it('may be inside where the operator listed the range or the name, and nowhere beside it', async () => {
    const allowed = [
      { kind: 'range', cidr: '10.20.0.0/16' },
      { kind: 'range', cidr: 'fd00:1::/32' },
      { kind: 'host', host: 'hooks.interne' },
    ] as const;
    const addresses: Record<string, string> = {
      'hooks.interne': '192.168.7.7',
      'other.interne': '10.20.1.1',
    };
    const guard = createTargetGuard({ ...strict, allowed }, async (host) => [addresses[host] ?? '10.21.0.1']);
    const statuses = await Promise.all(
      [
        'https://10.20.255.1/',
        'https://[fd00:1::5]/',
        'https://hooks.interne/',
        'https://other.interne/',
        'https://10.21.0.1/',
        'https://[fd00:2::5]/',
        'https://third.interne/',
        'http://10.20.255.1/',
      ].map(async (url) => (await guard(url)).status),
    );
    const refused = Array.from({ length: 4 }, () => 'refused');
    expect(statuses).toEqual([...Array.from({ length: 4 }, () => 'located'), ...refused]);
  });
});
