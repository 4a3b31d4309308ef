import { describe, expect, it } from 'vitest';
import { nameAddressees } from './name-addressees.ts';

describe('whose attention is asked for', () => {
  it('is of the one addressee, whatever stands in the name of the position', () => {
    expect(nameAddressees({ to: ['post:CI'], attention: ['adjoint, affaires : sûreté'] })).toEqual({
      action: [
        {
          correspondent: 'post:CI',
          attention: { positions: ['adjoint, affaires : sûreté'], exclusive: false },
        },
      ],
      information: [],
    });
    expect(nameAddressees({ info: ['post:CI'], attention: ['attaché:exclusive', 'adjoint'] })).toEqual({
      action: [],
      information: [
        { correspondent: 'post:CI', attention: { positions: ['attaché', 'adjoint'], exclusive: true } },
      ],
    });
  });

  it('is named with its correspondent where there are several', () => {
    const flags = { to: ['post:CI', 'post:SN'], info: ['desk:cyber'] };
    expect(
      nameAddressees({ ...flags, attention: ['post:SN=attaché:exclusive', 'desk:cyber=permanence'] }),
    ).toEqual({
      action: [
        { correspondent: 'post:CI' },
        { correspondent: 'post:SN', attention: { positions: ['attaché'], exclusive: true } },
      ],
      information: [
        { correspondent: 'desk:cyber', attention: { positions: ['permanence'], exclusive: false } },
      ],
    });
    expect(() => nameAddressees({ ...flags, attention: ['attaché'] })).toThrow('whose attaché?');
  });

  it.each([
    ['', 'names no position'],
    [':exclusive', 'names no position'],
    ['post:CI=', 'names no position'],
    ['post:KM=attaché', 'post:KM is not an addressee'],
  ])('%j is refused', (attention, words) => {
    expect(() => nameAddressees({ to: ['post:CI'], attention: [attention] })).toThrow(words);
  });

  it('of nobody is refused', () => {
    expect(() => nameAddressees({ attention: ['attaché'] })).toThrow('whose attaché?');
  });
});
