import { FORBIDDEN, NOT_FOUND, permission, Refusal, TENANT_MISMATCH } from '@kit/contracts';
import { NotFoundObserver, originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { API_KEY_INVALID } from '@platform/contracts';
import { acceptKey } from '../machines/index.js';

const BEARER = /^Bearer +(\S+) *$/i;
const PROVISION = permission('platform.scim.provision');

/** Directories do not exchange their key for a token: each request carries it, and is that of the service account. */
@Injectable()
export class ScimCaller {
  constructor(
    private readonly work: UnitOfWork,
    private readonly missed: NotFoundObserver,
  ) {}

  /** @throws Refusal API_KEY_INVALID, FORBIDDEN (audited), TENANT_MISMATCH, and whatever `work` refuses */
  async run<T>(
    ctx: RequestContext,
    { authorization }: { authorization?: string },
    work: (tx: Tx, ctx: RequestContext) => Promise<T>,
  ): Promise<T> {
    const key = BEARER.exec(authorization ?? '')?.[1];
    if (!key) throw new Refusal(API_KEY_INVALID);
    const account = await acceptKey(this.work, ctx, key);
    if (ctx.tenantHint !== null && ctx.tenantHint !== account.tenantSlug) throw new Refusal(TENANT_MISMATCH);
    const caller: RequestContext = {
      ...ctx,
      principal: { kind: 'user', ...account },
      operation: { ...ctx.operation, access: PROVISION },
    };
    try {
      return await this.work.run(caller, async (tx) => {
        // A directory stands for the whole tenant.
        if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
        return work(tx, caller);
      });
    } catch (error) {
      // To the server nobody was signed in.
      if (error instanceof Refusal && error.code === NOT_FOUND.code) this.missed.observe(caller);
      if (error instanceof Refusal && error.code === FORBIDDEN.code) await this.denied(caller, account.tenantId);
      throw error;
    }
  }

  private async denied(ctx: RequestContext, tenantId: string): Promise<void> {
    await this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      tx.audit({
        action: 'security.permission.denied',
        entity: { type: 'operation', id: ctx.operation.id },
        outcome: 'refused',
        reason: FORBIDDEN.code,
        changes: { permission: 'platform.scim.provision' },
      });
    });
  }
}
