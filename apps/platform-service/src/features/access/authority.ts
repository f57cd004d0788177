import { IMPERSONATION_LIMITED, Refusal } from '@kit/contracts';
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
import { logout } from '@platform/contracts';
import { readLicence } from '../licensing/index.js';
import { STANDING, TENANT_BY_SLUG } from './access.sql.js';

interface StandingRow extends Record<string, unknown> {
  tenant: string | null;
  user: string | null;
  signedIn: boolean;
  everywhere: boolean;
  own: boolean;
  orgs: string[];
}

/** PLATFORM answers "who may" from its own tables, so a change holds with the next request. */
@Injectable()
export class PlatformAuthority extends Authority {
  override async standing(queryable: Queryable, ctx: RequestContext, tenantId: string, ask: Ask): Promise<Standing> {
    const user = ctx.principal.kind === 'user' ? ctx.principal : null;
    // PLATFORM keeps accounts, roles and licences: those who act for somebody else look, and change nothing here.
    if (user?.impersonatorId && !ctx.operation.readOnly && ctx.operation.id !== logout.id)
      throw new Refusal(IMPERSONATION_LIMITED);
    const patterns = ask.permission === null ? [] : patternsGranting(ask.permission);
    const values = [tenantId, user?.userId ?? null, patterns, ctx.now, user?.sessionId ?? null];
    const [row] = (await queryable.query<StandingRow>(STANDING, values)) as [StandingRow];
    // What is not known here does not exist: there is nobody to ask, so a missing user is one who may nothing.
    return {
      tenant: row.tenant === null ? 'unknown' : row.tenant === 'active' ? 'active' : 'suspended',
      // A session that has ended takes its access tokens with it, though they would be valid for minutes.
      user: row.user !== 'active' ? 'inactive' : row.signedIn ? 'active' : 'signed_out',
      reach:
        ask.permission === null ? new Reach(false, [], user !== null) : new Reach(row.everywhere, row.orgs, row.own),
      licence: ask.module === null ? null : await readLicence(queryable, tenantId, ask.module, ctx.now),
    };
  }

  override async tenantBySlug(
    queryable: Queryable,
    slug: string,
  ): Promise<{ id: string; status: 'active' | 'suspended' } | null> {
    const [tenant] = await queryable.query<{ id: string; status: string }>(TENANT_BY_SLUG, [slug]);
    return tenant ? { id: tenant.id, status: tenant.status === 'active' ? 'active' : 'suspended' } : null;
  }

  override async catchUp(): Promise<boolean> {
    return false;
  }
}
