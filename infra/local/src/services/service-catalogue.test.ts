import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publicPaths } from './service-catalogue.ts';

const matrix: {
  actions: { action: string; routes: { service: string; method: string; path: string }[] }[];
} = JSON.parse(readFileSync(new URL('../../../../packages/policy/matrix.json', import.meta.url), 'utf8'));
const routes = matrix.actions.flatMap(({ routes }) => routes);

/** Whose path it is at the public origin: the longest prefix of whole segments wins. */
function ownerOf(path: string): string | undefined {
  const fits = Object.entries(publicPaths).flatMap(([service, prefixes]) =>
    prefixes
      .filter((prefix) => path === prefix || path.startsWith(`${prefix}/`))
      .map((prefix) => ({ service, length: prefix.length })),
  );
  return fits.sort((a, b) => b.length - a.length)[0]?.service;
}

describe('the paths of the public origin', () => {
  it.each(routes.map(({ method, path, service }) => [method, path, service] as const))(
    '%s %s is reached at %s',
    (_method, path, service) => {
      expect(ownerOf(path)).toBe(service);
    },
  );

  it('give no path to two services', () => {
    const all = Object.values(publicPaths).flat();
    expect(new Set(all).size).toBe(all.length);
  });
});
