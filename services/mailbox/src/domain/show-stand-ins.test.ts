import { expect, it } from 'vitest';
import { showStandIns } from './show-stand-ins.ts';

it('tells either holder who took over from whom, and by function who has it in charge', () => {
  const atMs = Date.UTC(2026, 0, 3);
  const inCharge = [{ correspondent: 'post:TG', position: 'attaché', atMs: atMs + 1_000 }];
  expect(showStandIns([{ suspended: 'post:CI', standIn: 'post:TG', atMs, inCharge }])).toEqual({
    standIns: [
      {
        suspended: 'post:CI',
        standIn: 'post:TG',
        since: '2026-01-03T00:00:00.000Z',
        takenInChargeBy: [
          { correspondent: 'post:TG', position: 'attaché', since: '2026-01-03T00:00:01.000Z' },
        ],
      },
    ],
  });
  expect(showStandIns([])).toEqual({});
});
