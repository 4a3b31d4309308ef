const levels: readonly string[] = ['NOT_PROTECTED', 'RESTRICTED', 'SECRET'];

/** How high a message is classified. What this release does not know ranks above everything it knows. */
export function classificationRank(classification: string): number {
  const rank = levels.indexOf(classification);
  return rank === -1 ? levels.length : rank;
}

/** How far a clearance or a ceiling reaches. What this release does not know reaches nothing. */
export function clearanceRank(clearance: string): number {
  return levels.indexOf(clearance);
}

/** Whether a classification lies within a clearance or ceiling. */
export function isWithinCeiling(classification: string, ceiling: string): boolean {
  return classificationRank(classification) <= clearanceRank(ceiling);
}

/** The classifications that a clearance reaches, for use in a query. */
export function classificationsWithin(ceiling: string): readonly string[] {
  return levels.slice(0, clearanceRank(ceiling) + 1);
}
