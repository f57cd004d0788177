import type { Locale, Operation } from '@kit/contracts';
import type { Reach } from '../auth/reach.js';

/** Who is calling, as the verified token (or the NATS account) says. */
export type Principal =
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly tenantId: string;
      readonly tenantSlug: string;
      readonly sessionId: string;
      /** User who acts in this user's name. */
      readonly impersonatorId?: string;
    }
  /** A registered product calling an internal operation; NATS vouches for the key. */
  | {
      readonly kind: 'product';
      readonly key: string;
      /** Where the product runs, if not at home; NATS vouches for that, too. */
      readonly region?: string;
    }
  | { readonly kind: 'anonymous' };

/** Everything a use case may know about the request it serves. */
export interface RequestContext {
  readonly operation: Operation;
  /** The validated request, as the idempotency key's fingerprint sees it. */
  readonly request: unknown;
  readonly requestId: string;
  /** W3C trace context of the caller, passed on to whatever this request causes. */
  readonly traceparent: string;
  /** Epoch milliseconds after which nobody waits for the answer any more. */
  readonly deadline: number;
  readonly now: Date;
  readonly principal: Principal;
  /** The caller's token, passed on when this service calls another. */
  readonly token: string | null;
  /** Tenant named by host or `X-Tenant`; already known to agree with the token when there is one. */
  readonly tenantHint: string | null;
  readonly locale: Locale;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly idempotencyKey: string | null;
  /** Version the caller has read, from `If-Match`. */
  readonly ifMatch: number | null;
  /** Where the operation's permission holds; set by the unit of work once the caller is authorised. */
  reach: Reach | null;
  /** A unit of work has asked the authority. An operation that needs a permission is refused without it. */
  authorized: boolean;
  /** Version to answer as ETag; taken from the result's `version` unless a use case sets it. */
  etag: string | null;
  /** The answer was stored by an earlier request with the same Idempotency-Key. */
  replayed: boolean;
}

/** Version the caller must have read; the operation declares `version: 'required'`. */
export function expectedVersion(ctx: RequestContext): number {
  if (ctx.ifMatch === null)
    throw new Error(`${ctx.operation.id} reads If-Match but does not declare version: 'required'`);
  return ctx.ifMatch;
}

/** The signed-in user of an operation that demands one. */
export function userOf(ctx: RequestContext): Extract<Principal, { kind: 'user' }> {
  if (ctx.principal.kind !== 'user') throw new Error(`${ctx.operation.id} needs a user but does not declare it`);
  return ctx.principal;
}
