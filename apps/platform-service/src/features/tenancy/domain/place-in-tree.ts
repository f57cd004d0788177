/** Deep enough for any organization chart; a bound keeps the ancestor lists small. */
export const MAX_DEPTH = 10;

export interface Parent {
  readonly id: string;
  readonly ancestorIds: readonly string[];
}

/** Ancestors of a new organization from the root down, or null when it would lie too deep. */
export function ancestorsBelow(parent: Parent | null): string[] | null {
  if (parent === null) return [];
  const ancestors = [...parent.ancestorIds, parent.id];
  return ancestors.length > MAX_DEPTH ? null : ancestors;
}

export interface Moving {
  readonly id: string;
  readonly ancestorIds: readonly string[];
  /** How many levels lie below it. */
  readonly levelsBelow: number;
}

/** Ancestors after a move from the root down, or null when it would lie below itself or too deep with all below it. */
export function ancestorsAfterMove(moving: Moving, parent: Parent | null): string[] | null {
  const ancestors = ancestorsBelow(parent);
  if (!ancestors || ancestors.includes(moving.id)) return null;
  return ancestors.length + moving.levelsBelow > MAX_DEPTH ? null : ancestors;
}
