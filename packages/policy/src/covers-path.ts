/**
 * Whether what a path names is gone when these are withheld: itself, what it stands in, or every item of the
 * list that it stands in.
 */
export function isCovered(path: string, withheld: readonly string[]): boolean {
  return withheld.some(
    (each) => beginsWith(path, each) || (each.includes('[]') && beginsWith(everyItem(path), each)),
  );
}

function beginsWith(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

function everyItem(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]');
}
