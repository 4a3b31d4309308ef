import { describe, expect, it } from 'vitest';
import { readInstallerArguments } from './installer-arguments.ts';

const issuer = 'https://id.example';
const sound = ['--files', 'd', '--proposed-by', 'a', '--approved-by', 'b', '--reason', 'first one'];

const faultsOf = (args: readonly string[]) => {
  const reading = readInstallerArguments(args, issuer);
  return reading.status === 'wrong' ? reading.faults.map(({ en }) => en) : reading.status;
};

describe('the command line of the installer', () => {
  it('names persons at the own issuer, or at one that is said', () => {
    expect(readInstallerArguments(sound, issuer)).toMatchObject({
      request: {
        path: 'd',
        proposedBy: { issuer, subject: 'a' },
        approvedBy: { issuer, subject: 'b' },
        reason: 'first one',
        yes: false,
        dryRun: false,
        waitMs: 30_000,
      },
    });
    const args = ['https://x.example/realm#b#c', '--yes', '--dry-run', '--wait', '0'];
    expect(readInstallerArguments([...sound, '--approved-by', ...args], issuer)).toMatchObject({
      request: {
        approvedBy: { issuer: 'https://x.example/realm', subject: 'b#c' },
        yes: true,
        dryRun: true,
        waitMs: 0,
      },
    });
  });

  it('says everything that is missing or wrong at once', () => {
    expect(faultsOf(['--wait', '9999', '--reason', ' x '])).toEqual([
      '--files is missing',
      '--proposed-by is missing',
      '--approved-by is missing',
      '--reason says why, in 3 to 500 characters',
      '--wait is a number of seconds, at most 600',
    ]);
    expect(faultsOf([...sound, '--force'])).toEqual([expect.stringContaining('--force')]);
    expect(faultsOf([...sound, 'more'])).toHaveLength(1);
    expect(faultsOf(['--help'])).toBe('help');
  });
});
