import {
  type Ask,
  Authority,
  patternsGranting,
  type Queryable,
  Reach,
  type RequestContext,
  type Standing,
} from '@kit/service';
import { Injectable } from '@nestjs/common';
import { CatchUp } from './projections/catch-up.js';
import { STANDING, type StandingRow, TENANT_BY_SLUG } from './who-may.sql.js';

const NOBODY = { userId: null, sessionId: null };

const patterns = new Map<string, string[]>();

/** Patterns that grant a permission, computed once for each: there are as many as operations. */
export function patternsOf(permission: string): string[] {
  const known = patterns.get(permission) ?? patternsGranting(permission);
  patterns.set(permission, known);
  return known;
}

/**
 * "May this user" and "may this tenant", answered from the reference copies inside the transaction of the use case. It
 * works with PLATFORM away, and what PLATFORM takes back is refused as soon as the projection has heard of it.
 */
@Injectable()
export class WhoMay extends Authority {
  constructor(private readonly missing: CatchUp) {
    super();
  }

  async standing(queryable: Queryable, ctx: RequestContext, tenantId: string, ask: Ask): Promise<Standing> {
    const { userId, sessionId } = ctx.principal.kind === 'user' ? ctx.principal : NOBODY;
    const granting = ask.permission === null ? null : patternsOf(ask.permission);
    const values = [tenantId, userId, granting, ask.module, ctx.now, sessionId];
    const [row] = await queryable.query<StandingRow>(STANDING, values);
    const { userActive, signedOut, tenantActive, tenant, own, orgIds, licence } = row as StandingRow;
    return {
      user: userActive === null ? 'unknown' : !userActive ? 'inactive' : signedOut ? 'signed_out' : 'active',
      tenant: tenantActive === null ? 'unknown' : tenantActive ? 'active' : 'suspended',
      reach: ask.permission === null ? new Reach(false, [], userId !== null) : new Reach(tenant, orgIds, own),
      licence,
    };
  }

  async tenantBySlug(
    queryable: Queryable,
    slug: string,
  ): Promise<{ id: string; status: 'active' | 'suspended' } | null> {
    const [row] = await queryable.query<{ id: string; active: boolean }>(TENANT_BY_SLUG, [slug]);
    return row ? { id: row.id, status: row.active ? 'active' : 'suspended' } : null;
  }

  catchUp(ctx: RequestContext): Promise<boolean> {
    return this.missing.caller(ctx);
  }
}
