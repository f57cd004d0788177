import { FORBIDDEN, Refusal } from '@kit/contracts';

/** Where a permission holds for a caller. */
export class Reach {
  private readonly orgs: ReadonlySet<string>;

  constructor(
    /** In the whole tenant. */
    readonly tenant: boolean,
    /** In these organizations, descendants included. */
    orgIds: Iterable<string> = [],
    /** On the caller's own rows. */
    readonly own: boolean = false,
  ) {
    this.orgs = new Set(orgIds);
  }

  static readonly EVERYWHERE = new Reach(true);

  get orgIds(): string[] {
    return [...this.orgs];
  }

  get empty(): boolean {
    return !this.tenant && !this.own && this.orgs.size === 0;
  }

  covers(orgId: string | null): boolean {
    return this.tenant || (orgId !== null && this.orgs.has(orgId));
  }

  coversRow(row: { orgId: string | null; userId: string | null }, callerId: string | null): boolean {
    return this.covers(row.orgId) || (this.own && callerId !== null && row.userId === callerId);
  }
}

/** Refuses a write to a row of an organization the caller's permission does not reach. */
export function requireOrg(reach: Reach | null, orgId: string | null): void {
  if (!reach?.covers(orgId)) throw new Refusal(FORBIDDEN);
}

/**
 * Every pattern that grants `key`, most specific first: `acme.report.read` is granted by itself, `acme.report.*`,
 * `acme.*.read`, `acme.*.*`, `*.report.read` … and `*`.
 */
export function patternsGranting(key: string): string[] {
  const [product, resource, action] = key.split('.');
  const patterns = [product, '*'].flatMap((p) =>
    [resource, '*'].flatMap((r) => [action, '*'].map((a) => `${p}.${r}.${a}`)),
  );
  return [...patterns, '*'];
}
