import { IMPERSONATION_LIMITED, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, userOf } from '@kit/service';
import { STEP_UP_REQUIRED } from '@platform/contracts';
import { READ_AUTHENTICATED_AT } from './factors.sql.js';
import { proofMethodsOf, readHolder } from './holder.js';

/** How long a proof of who is using the session serves for what must not be done from a session left open. */
export const FRESH_MS = 5 * 60_000;

/**
 * For what only the person themselves may do, and not whoever found their session open.
 * @throws Refusal STEP_UP_REQUIRED; IMPERSONATION_LIMITED for whoever acts in another's name
 */
export async function requireFreshAuthentication(tx: Tx, ctx: RequestContext): Promise<void> {
  const { userId, sessionId, impersonatorId } = userOf(ctx);
  if (impersonatorId) throw new Refusal(IMPERSONATION_LIMITED);
  const [session] = await tx.query<{ authenticated_at: Date }>(READ_AUTHENTICATED_AT, [tx.tenantId, sessionId, userId]);
  if (session && tx.now.getTime() - session.authenticated_at.getTime() < FRESH_MS) return;
  const holder = await readHolder(tx, userId);
  const methods = holder ? proofMethodsOf(holder) : [];
  throw new Refusal(STEP_UP_REQUIRED, {
    // Without any of them a new sign-in is what is fresh.
    details: { maxAgeSeconds: FRESH_MS / 1000, operation: 'stepUp', methods },
  });
}
