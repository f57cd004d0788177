import { Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type ChangeTenantStatus,
  TENANT_STATUS_INVALID,
  type Tenant,
  type TenantStatus,
  tenantStatusChanged,
} from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { type TenantRow, toTenant } from '../tenancy.mapper.js';
import { LOCK_TENANT, SET_TENANT_STATUS } from '../tenancy.sql.js';
import { publishTenant, requireSystem } from '../tenants.service.js';
import { type TenantTurn, turned } from './domain/tenant-life.js';

const DAY_MS = 86_400_000;

/** What the system does with a tenant. */
@Injectable()
export class LifecycleService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  turn(ctx: RequestContext, turn: TenantTurn, { id, reason }: ChangeTenantStatus): Promise<Tenant> {
    return this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      const audit = { action: `platform.tenant.${turn}`, entity: { type: 'tenant', id }, reason };
      tx.audit(audit);
      return tx.within(originIn(id, ctx), async (inside) => {
        inside.audit(audit);
        return toTenant(await turnTenant(inside, turn, { reason, graceDays: this.config.deletionGraceDays }));
      });
    });
  }
}

/** Takes a tenant a step along its life, and tells everybody who copies it. @throws Refusal NOT_FOUND, TENANT_STATUS_INVALID */
export async function turnTenant(
  tx: Tx,
  turn: TenantTurn,
  { reason, graceDays }: { reason: string; graceDays: number },
): Promise<TenantRow> {
  const before = await tx.one<TenantRow>(LOCK_TENANT, [tx.tenantId]);
  const status = tx.tenantId === SYSTEM_TENANT_ID ? null : turned(before.status, turn);
  if (!status) throw new Refusal(TENANT_STATUS_INVALID, { details: { status: before.status } });
  const due = status === 'pending_deletion' ? new Date(tx.now.getTime() + graceDays * DAY_MS) : null;
  const why = status === 'active' ? null : reason;
  const values = [tx.tenantId, status, why, due, tx.now, tx.actorId];
  const row = await tx.one<TenantRow>(SET_TENANT_STATUS, values);
  publishTenant(tx, row);
  statusChanged(tx, before.status, row);
  return row;
}

export const statusChanged = (tx: Tx, from: TenantStatus, { id, version, status: to }: TenantRow): void => {
  tx.emit(tenantStatusChanged, { id, version, data: { from, to } });
};
