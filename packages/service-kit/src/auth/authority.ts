import type { RequestContext } from '../context/request-context.js';
import type { Queryable } from '../database/statement.js';
import type { Reach } from './reach.js';

/** What is asked of the authority. */
export interface Ask {
  /** Null: being signed in is enough. */
  readonly permission: string | null;
  /** Module of the licence, or null. */
  readonly module: string | null;
}

/** What a service knows of the caller when it decides. */
export interface Standing {
  /** `unknown`: no such user has reached this service yet. `signed_out`: active, but the session of the token has ended. */
  readonly user: 'active' | 'signed_out' | 'inactive' | 'unknown';
  readonly tenant: 'active' | 'suspended' | 'unknown';
  /** Where the asked permission holds; empty when nowhere. `own` when no permission was asked. */
  readonly reach: Reach;
  /** Null when no module was asked. */
  readonly licence: 'entitled' | 'not_entitled' | 'expired' | 'suspended' | null;
}

/**
 * Answers "may this user" and "may this tenant" from the service's own database.
 * Implemented once per service; asked by the unit of work inside the transaction of the use case.
 */
export abstract class Authority {
  /** Standing of the caller, who may be anonymous (then `user` is ignored and the reach is empty). */
  abstract standing(queryable: Queryable, ctx: RequestContext, tenantId: string, ask: Ask): Promise<Standing>;

  /** Tenant by its slug, read as the lookup role; null when there is none. */
  abstract tenantBySlug(
    queryable: Queryable,
    slug: string,
  ): Promise<{ id: string; status: 'active' | 'suspended' } | null>;

  /** Fetches what is missing when a standing is `unknown`, outside any transaction. True when asking again makes sense. */
  abstract catchUp(ctx: RequestContext): Promise<boolean>;
}
