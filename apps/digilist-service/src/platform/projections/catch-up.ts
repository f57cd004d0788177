import { type StateMessage, subjects } from '@kit/contracts';
import { jobOrigin, type RequestContext, RpcClient, statement, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { platformStates, type ReadableState, readState, type StateSnapshot } from '@platform/contracts';
import { project } from './projections.consumer.js';

const TIMEOUT_MS = 1_000;
const POLL_MS = 25;

const HAS_GRANT = statement(
  'has-grant',
  'SELECT 1 FROM digilist.platform_user_roles WHERE tenant_id = $1 AND user_id = $2 LIMIT 1',
);

/** Fetches rows that the projection has not brought yet, and writes them as the projection would. */
@Injectable()
export class CatchUp {
  constructor(
    private readonly rpc: RpcClient,
    /** The unit of work asks the authority, which asks us: it is looked up when it is needed. */
    private readonly modules: ModuleRef,
  ) {}

  /** The caller's tenant and user. True when both are known now. */
  async caller(ctx: RequestContext): Promise<boolean> {
    if (ctx.principal.kind !== 'user') return false;
    const { tenantId, userId } = ctx.principal;
    const [tenants, users] = await Promise.all([
      this.rows(ctx, tenantId, 'tenant', [tenantId]),
      this.rows(ctx, tenantId, 'user', [userId]),
    ]);
    if (tenants === 0 || users === 0) return false;
    await this.grants(ctx, tenantId, userId);
    return true;
  }

  /**
   * A user whom we have never heard of has grants that are on their way too, and without them the answer would be a wrong
   * "forbidden". They cannot be asked for by user, so they are awaited, for a moment.
   */
  private async grants(ctx: RequestContext, tenantId: string, userId: string): Promise<void> {
    const end = Math.min(ctx.deadline - TIMEOUT_MS, Date.now() + TIMEOUT_MS);
    while (Date.now() < end) {
      const found = await this.work.runAs(jobOrigin(tenantId, 'catch-up'), (tx) =>
        tx.query(HAS_GRANT, [tenantId, userId]),
      );
      if (found.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** How many of the rows PLATFORM knows. They are copied when this answers. */
  async rows(ctx: RequestContext, tenantId: string, aggregate: ReadableState, ids: string[]): Promise<number> {
    const { requestId, traceparent } = ctx;
    const deadline = Math.min(ctx.deadline, Date.now() + TIMEOUT_MS);
    const { states } = await this.rpc.call({ requestId, traceparent, deadline }, readState, {
      tenantId,
      aggregate,
      ids,
    });
    const own = states.filter((state) => state.tenantId === tenantId);
    if (own.length > 0) {
      await this.work.runAs(jobOrigin(tenantId, 'catch-up'), (tx) =>
        project(
          tx,
          own.map((state) => delivered(aggregate, state)),
        ),
      );
    }
    return own.length;
  }

  private get work(): UnitOfWork {
    return this.modules.get(UnitOfWork, { strict: false });
  }
}

function delivered(aggregate: ReadableState, snapshot: StateSnapshot): { subject: string; payload: StateMessage } {
  const type = platformStates.find((state) => state.aggregate === aggregate);
  if (!type) throw new Error(`PLATFORM publishes no state of ${aggregate}`);
  return { subject: subjects.state(type, snapshot.tenantId, snapshot.id), payload: snapshot };
}
