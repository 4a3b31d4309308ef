import type { DirectorySnapshot } from '@chappe/directory';

/** Posts and desks are one organisation; everybody else is outside. */
const insideTypes: readonly string[] = ['POST', 'DESK'];

/** Whether a correspondent belongs to the network, as this directory has it. */
export function isInside(directory: DirectorySnapshot, correspondent: string): boolean {
  return insideTypes.includes(directory.correspondents.get(correspondent)?.type ?? '');
}
