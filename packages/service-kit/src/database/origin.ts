import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { RequestContext } from '../context/request-context.js';
import { newTraceparent } from '../telemetry/trace-context.js';
import type { Origin } from './tx.js';

/** Origin of a job in one tenant; `actorId` is the tenant's service user where the rows it writes carry one. */
export function jobOrigin(tenantId: string, job: string, actorId: string = SYSTEM_TENANT_ID, now = new Date()): Origin {
  return {
    tenantId,
    actorId,
    actor: { kind: 'job', id: actorId === SYSTEM_TENANT_ID ? null : actorId },
    now,
    requestId: `${job}-${uuidv7()}`,
    traceparent: newTraceparent(),
    sessionId: null,
    ip: null,
    userAgent: null,
  };
}

/** Origin of what a request does in a tenant: its caller's, or another one, e.g. while provisioning it. */
export function originIn(tenantId: string, ctx: RequestContext, actorId?: string): Origin {
  const user = ctx.principal.kind === 'user' ? ctx.principal : null;
  const { now, requestId, traceparent, ip, userAgent } = ctx;
  return {
    tenantId,
    actorId: actorId ?? user?.userId ?? SYSTEM_TENANT_ID,
    actor: {
      kind: user ? 'user' : ctx.principal.kind === 'product' ? 'service' : 'anonymous',
      id: user?.userId ?? (ctx.principal.kind === 'product' ? ctx.principal.key : null),
      ...(user?.impersonatorId && { impersonatorId: user.impersonatorId }),
    },
    now,
    requestId,
    traceparent,
    sessionId: user?.sessionId ?? null,
    ip,
    userAgent,
  };
}
