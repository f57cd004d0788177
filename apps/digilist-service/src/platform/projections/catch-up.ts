import { ORGANIZATION_UNKNOWN } from '@digilist/contracts';
import { Refusal, type StateMessage, subjects } from '@kit/contracts';
import { jobOrigin, type RequestContext, RpcClient, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  platformStates,
  type ReadableState,
  type ReadState,
  readState,
  type StateSnapshot,
  type UserRoleState,
} from '@platform/contracts';
import { Region } from '../region.js';
import { project } from './projections.consumer.js';

const TIMEOUT_MS = 1_000;
/** As many as one request takes; of a caller with more, the stream brings the rest. */
const MAX_IDS = 200;

/** Fetches rows that the projection has not brought yet, and writes them as the projection would. */
@Injectable()
export class CatchUp {
  constructor(
    private readonly rpc: RpcClient,
    /** The unit of work asks the authority, which asks us: it is looked up when it is needed. */
    private readonly modules: ModuleRef,
    private readonly region: Region,
  ) {}

  /** The caller's tenant, user and grants with what they name. True when tenant and user are known now. */
  async caller(ctx: RequestContext): Promise<boolean> {
    if (ctx.principal.kind !== 'user') return false;
    const { tenantId, userId } = ctx.principal;
    // Whoever was sent to the wrong region leaves nothing here.
    if (!(await this.region.holds(tenantId))) return false;
    const [tenants, users, grants] = await Promise.all([
      this.copy(ctx, { tenantId, aggregate: 'tenant', ids: [tenantId] }),
      this.copy(ctx, { tenantId, aggregate: 'user', ids: [userId] }),
      this.copy(ctx, { tenantId, aggregate: 'user_role', ids: [userId], by: 'user' }),
    ]);
    if (tenants.length === 0 || users.length === 0) return false;
    await this.whatGrantsName(ctx, tenantId, grants);
    return true;
  }

  /**
   * A use case that names an organization: when that is not copied, `work` throws the error it is given, and is run once
   * more after PLATFORM was asked. The first time it is no refusal, which an idempotency key would remember.
   *
   * @throws Refusal ORGANIZATION_UNKNOWN when PLATFORM does not know it either
   */
  async naming<T>(ctx: RequestContext, orgId: string, work: (tx: Tx, unknown: Error) => Promise<T>): Promise<T> {
    const notCopied = new Error(`organization ${orgId} is not copied yet`);
    try {
      return await this.work.run(ctx, (tx) => work(tx, notCopied));
    } catch (error) {
      if (error !== notCopied) throw error;
    }
    await this.copy(ctx, { tenantId: userOf(ctx).tenantId, aggregate: 'organization', ids: [orgId] });
    return this.work.run(ctx, (tx) => work(tx, new Refusal(ORGANIZATION_UNKNOWN)));
  }

  /** Without these rows a new grant would be a wrong "forbidden". */
  private async whatGrantsName(ctx: RequestContext, tenantId: string, grants: StateSnapshot[]): Promise<void> {
    const named = grants.map(({ data }) => data as UserRoleState);
    const roleIds = new Set(named.map(({ roleId }) => roleId));
    const orgIds = new Set(named.flatMap(({ orgId }) => orgId ?? []));
    await Promise.all([
      this.copy(ctx, { tenantId, aggregate: 'role', ids: [...roleIds] }),
      this.copy(ctx, { tenantId, aggregate: 'organization', ids: [...orgIds] }),
    ]);
  }

  /** Rows as PLATFORM knows them. They are copied when this answers. */
  private async copy(ctx: RequestContext, request: ReadState): Promise<StateSnapshot[]> {
    if (request.ids.length === 0) return [];
    const { tenantId, aggregate } = request;
    const { requestId, traceparent } = ctx;
    const deadline = Math.min(ctx.deadline, Date.now() + TIMEOUT_MS);
    const wanted = { ...request, ids: request.ids.slice(0, MAX_IDS) };
    const { states } = await this.rpc.call({ requestId, traceparent, deadline }, readState, wanted);
    const own = states.filter((state) => state.tenantId === tenantId);
    if (own.length > 0) {
      await this.work.runAs(jobOrigin(tenantId, 'catch-up'), (tx) =>
        project(
          tx,
          own.map((state) => delivered(aggregate, state)),
        ),
      );
    }
    return own;
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
