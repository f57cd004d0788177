/** A category as far as its place in the tree goes. */
export interface TreeCategory {
  readonly id: string;
  readonly parentId: string | null;
  readonly status: string;
}

export type Misplaced = 'CYCLE' | 'PARENT_UNKNOWN' | 'HAS_CHILDREN';

/** Whether a category may stand below `parentId` with a status; `tree` is all there is, as it was before. */
export function misplaced(tree: readonly TreeCategory[], wanted: TreeCategory): Misplaced | null {
  const byId = new Map(tree.map((category) => [category.id, category]));
  const seen = new Set<string>();
  for (let above = wanted.parentId; above !== null; above = byId.get(above)?.parentId ?? null) {
    if (above === wanted.id) return 'CYCLE';
    if (seen.has(above)) break;
    seen.add(above);
  }
  if (wanted.status === 'retired') {
    const below = tree.some(({ parentId, status }) => parentId === wanted.id && status === 'active');
    return below ? 'HAS_CHILDREN' : null;
  }
  // What is retired shows nothing of what lies below it.
  if (wanted.parentId !== null && byId.get(wanted.parentId)?.status !== 'active') return 'PARENT_UNKNOWN';
  return null;
}

/** Parents before those below them, those of the same parent in the order they were in. */
export function inTreeOrder<Category extends TreeCategory>(categories: readonly Category[]): Category[] {
  const present = new Set(categories.map(({ id }) => id));
  const below = new Map<string | null, Category[]>();
  for (const category of categories) {
    const parent = category.parentId !== null && present.has(category.parentId) ? category.parentId : null;
    below.set(parent, [...(below.get(parent) ?? []), category]);
  }
  const walk = (parent: string | null): Category[] =>
    (below.get(parent) ?? []).flatMap((category) => [category, ...walk(category.id)]);
  return walk(null);
}
