import type { Origin, RequestContext } from '@kit/service';

/** Origin of what this service does by itself in a tenant, on the occasion of a request. */
export const jobOrigin = (tenantId: string, actorId: string, ctx: Pick<RequestContext, 'now' | 'requestId' | 'traceparent'>): Origin => ({
  tenantId,
  actorId,
  actor: { kind: 'job', id: actorId },
  now: ctx.now,
  requestId: ctx.requestId,
  traceparent: ctx.traceparent,
  ip: null,
  userAgent: null,
});
