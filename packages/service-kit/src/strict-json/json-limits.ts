/** Bounds of a JSON body, checked before anything recursive sees it. */
export interface JsonLimits {
  /** Levels of objects and arrays. */
  readonly maxDepth: number;
  /** Values of every type, containers included. */
  readonly maxNodes: number;
}

/** The bounds of a body unless its route says otherwise. */
export const defaultJsonLimits: JsonLimits = { maxDepth: 16, maxNodes: 20_000 };
