import { FORBIDDEN, Refusal } from '@kit/contracts';
import type { RequestContext, Tx, UnitOfWork } from '@kit/service';

/** What is sent out, and with which secrets, concerns the whole tenant: a grant at one organization is not enough. */
export const forTenant = <T>(work: UnitOfWork, ctx: RequestContext, use: (tx: Tx) => Promise<T>): Promise<T> =>
  work.run(ctx, (tx) => {
    if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
    return use(tx);
  });
