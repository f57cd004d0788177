import type { GrantScope } from '@platform/contracts';

/** Patterns somebody holds, where and until when. */
export interface Holding {
  readonly patterns: readonly string[];
  readonly scope: GrantScope;
  readonly orgId: string | null;
  readonly expiresAt: Date | null;
}

/** Patterns that are to be given (or taken), where and until when. */
export interface Wanted extends Holding {
  /** Organizations above `orgId`. */
  readonly ancestorIds: readonly string[];
}

/**
 * Patterns of `wanted` that are not within a single pattern of the holdings, at a place that takes in the wanted one and
 * for as long.
 *
 * The union of several narrower patterns does not count: a permission registered tomorrow would fall through between
 * them. Whoever holds only `own rows` gives nothing away, since those of somebody else are not theirs.
 */
export function exceeding(holdings: readonly Holding[], wanted: Wanted): string[] {
  const reaching = holdings.filter((held) => takesIn(held, wanted) && lasts(held, wanted));
  const patterns = reaching.flatMap((held) => held.patterns);
  return wanted.patterns.filter((pattern) => !patterns.some((held) => contains(held, pattern)));
}

function takesIn(held: Holding, wanted: Wanted): boolean {
  if (held.scope === 'saas') return true;
  if (wanted.scope === 'saas') return false;
  if (held.scope === 'tenant') return true;
  if (held.scope !== 'org' || wanted.scope !== 'org' || held.orgId === null) return false;
  return wanted.orgId === held.orgId || wanted.ancestorIds.includes(held.orgId);
}

/** Nobody makes an end of their own disappear by granting anew. */
function lasts(held: Holding, wanted: Wanted): boolean {
  return held.expiresAt === null || (wanted.expiresAt !== null && wanted.expiresAt <= held.expiresAt);
}

/** Whether everything that `inner` matches, now or ever, `outer` matches too. */
export function contains(outer: string, inner: string): boolean {
  if (outer === '*') return true;
  if (inner === '*') return outer === '*.*.*';
  const parts = inner.split('.');
  return outer.split('.').every((part, at) => part === '*' || part === parts[at]);
}

const WIDTH: Record<GrantScope, number> = { saas: 3, tenant: 2, org: 1, user: 0 };

/** A role may be granted at its own scope or a narrower one; a role for the whole system never within a tenant. */
export function mayBeGrantedAt(role: GrantScope, grant: GrantScope): boolean {
  if (role === 'saas' || grant === 'saas') return role === grant;
  return WIDTH[grant] <= WIDTH[role];
}
