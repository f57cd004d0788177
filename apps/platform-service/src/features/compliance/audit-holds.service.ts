import type { PageQuery } from '@kit/contracts';
import { FORBIDDEN, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  AUDIT_HOLD_RELEASED,
  type AuditHold,
  type AuditHoldPage,
  type PlaceAuditHold,
  type ReleaseAuditHold,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { toHold } from './compliance.mapper.js';
import { type HoldRow, LIST_HOLDS, LOCK_HOLD, PLACE_HOLD, RELEASE_HOLD } from './compliance.sql.js';

/** Legal holds: while one is active, no month of the log that holds the tenant's records ends. */
@Injectable()
export class AuditHoldsService {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, query: PageQuery): Promise<AuditHoldPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const rows = await tx.query<HoldRow>(LIST_HOLDS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ id }) => [id], toHold);
    });
  }

  place(ctx: RequestContext, { reason }: PlaceAuditHold): Promise<AuditHold> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const row = await tx.one<HoldRow>(PLACE_HOLD, [tx.tenantId, uuidv7(), reason, tx.now, tx.actorId]);
      tx.audit({ action: 'platform.audit-hold.place', entity: { type: 'audit_hold', id: row.id }, reason });
      return toHold(row);
    });
  }

  release(ctx: RequestContext, { id, reason }: ReleaseAuditHold): Promise<AuditHold> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const { status } = await tx.one<HoldRow>(LOCK_HOLD, [tx.tenantId, id]);
      if (status === 'released') throw new Refusal(AUDIT_HOLD_RELEASED);
      const row = await tx.one<HoldRow>(RELEASE_HOLD, [tx.tenantId, id, reason, tx.now, tx.actorId]);
      tx.audit({ action: 'platform.audit-hold.release', entity: { type: 'audit_hold', id }, reason });
      return toHold(row);
    });
  }
}

/** The log is kept as a whole. */
function requireTenant(tx: Tx): void {
  if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
}
