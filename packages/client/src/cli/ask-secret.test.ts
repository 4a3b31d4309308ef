import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askSecret } from './ask-secret.ts';

function keyboard() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode(on: boolean) {
      raw.push(on);
      return this;
    },
  });
  return { input, raw };
}

function screen() {
  let shown = '';
  return {
    shown: () => shown,
    errors: {
      write(text: string) {
        shown += text;
      },
    },
  };
}

it('asks for a line at the keyboard and shows nothing of it', async () => {
  const { input, raw } = keyboard();
  const { shown, errors } = screen();
  const asked = askSecret('Passphrase: ', input, errors, new AbortController().signal);
  input.write('a lonh\u007fg secret\r');
  expect(await asked).toBe('a long secret');
  expect(shown()).toBe('Passphrase: \n');
  // The keyboard echoes nothing meanwhile, and does again afterwards.
  expect(raw).toEqual([true, false]);
});

it('asks nobody where there is no keyboard, and stops asking on Ctrl-C', async () => {
  const { shown, errors } = screen();
  const { signal } = new AbortController();
  expect(await askSecret('Passphrase: ', new PassThrough(), errors, signal)).toBeUndefined();
  expect(shown()).toBe('');
  const interruption = new AbortController();
  const asked = askSecret('Passphrase: ', keyboard().input, errors, interruption.signal);
  interruption.abort(new Error('interrupted'));
  await expect(asked).rejects.toThrow();
});
