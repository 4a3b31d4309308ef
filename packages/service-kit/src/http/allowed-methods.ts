/** Knows which methods a path takes, so that a wrong method is told apart from a wrong path. */
export interface AllowedMethods {
  add(url: string, methods: string | readonly string[]): void;
  /** The methods of the routes that match a path; empty when none does. */
  of(path: string): readonly string[];
}

/** Creates an empty table; only requests that found no route ever consult it. */
export function createAllowedMethods(): AllowedMethods {
  const routes: { parts: readonly string[]; methods: Set<string> }[] = [];
  return {
    add(url, methods) {
      routes.push({
        parts: url.split('/'),
        methods: new Set(typeof methods === 'string' ? [methods] : methods),
      });
    },
    of(path) {
      const parts = path.split('/');
      const matching = routes.filter((route) => matches(route.parts, parts));
      return [...new Set(matching.flatMap((route) => [...route.methods]))].sort();
    },
  };
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === '*';
  if (isOpen ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every(
    (part, index) => part === '*' || (part.startsWith(':') ? path[index] !== '' : part === path[index]),
  );
}
