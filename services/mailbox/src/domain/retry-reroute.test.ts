import { expect, it } from 'vitest';
import { retryRerouteInMs } from './retry-reroute.ts';

it.each(['not-suspended', 'reference-unavailable', 'too-many-waiting'])(
  'gives an order again, some minutes long, to a router that does not know enough yet: %s',
  (code) => {
    const waits = Array.from({ length: 8 }, (_, index) => retryRerouteInMs(code, index + 1));
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, null]);
  },
);

it.each(['no-recipient', 'original-cancelled', 'nothing-to-reroute', 'reserved-for-positions', 'unknown'])(
  'takes %s for an answer',
  (code) => {
    expect(retryRerouteInMs(code, 1)).toBeNull();
  },
);
