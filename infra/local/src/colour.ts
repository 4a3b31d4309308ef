import { createColors } from 'picocolors';

const { stdout, env } = process;

/**
 * Colours only in a window, and never against NO_COLOR (no-color.org). The library's own guess also colours
 * logs of build servers, because CI is set there.
 */
export const color = createColors(
  stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
);
