import { AUTH_REQUIRED, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, type UnitOfWork, userOf } from '@kit/service';
import { requireFreshAuthentication } from './freshness.js';
import { type Holder, lockHolder } from './holder.js';

/** A change of the caller's own factors: freshly authenticated, and one at a time. */
export const changingFactors = <T>(
  work: UnitOfWork,
  ctx: RequestContext,
  change: (tx: Tx, holder: Holder) => Promise<T>,
): Promise<T> =>
  work.run(ctx, async (tx) => {
    await requireFreshAuthentication(tx, ctx);
    const holder = await lockHolder(tx, userOf(ctx).userId);
    if (!holder) throw new Refusal(AUTH_REQUIRED);
    return change(tx, holder);
  });
