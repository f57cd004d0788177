import { FORBIDDEN, NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, statement, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { LegalHold, LegalHoldPage, LiftLegalHold, ListLegalHolds, PlaceLegalHold } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { LOCK_PERSON } from './consents.sql.js';
import type { PersonRow } from './person.js';
import { holdReason, openOrNull } from './requests.mapper.js';
import { RequestsWorker } from './requests.worker.js';

interface HoldRow extends Record<string, unknown> {
  id: string;
  user_id: string;
  reason_sealed: string;
  status: LegalHold['status'];
  created_at: Date;
  lifted_at: Date | null;
  version: number;
}

const HOLD = 'id, user_id, reason_sealed, status, created_at, lifted_at, version';
const INSERT_HOLD = statement(
  'privacy-insert-hold',
  `INSERT INTO platform.legal_holds (tenant_id, id, user_id, reason_sealed, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6) RETURNING ${HOLD}`,
);
const LIST_HOLDS = statement(
  'privacy-list-holds',
  `SELECT ${HOLD} FROM platform.legal_holds
   WHERE tenant_id = $1 AND ($2::uuid IS NULL OR user_id = $2)
     AND id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY id DESC LIMIT $4`,
);
const LIFT_HOLD = statement(
  'privacy-lift-hold',
  `UPDATE platform.legal_holds SET status = 'lifted', lifted_at = $3, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'active' RETURNING ${HOLD}`,
);
const BLOCKED_ERASURES = statement(
  'privacy-blocked-erasures',
  `SELECT id FROM platform.data_subject_requests
   WHERE tenant_id = $1 AND user_id = $2 AND kind = 'erasure' AND status = 'in_progress' FOR UPDATE`,
);

/** While one holds, nobody is erased; the person is told why. */
@Injectable()
export class LegalHoldsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
    private readonly worker: RequestsWorker,
  ) {}

  place(ctx: RequestContext, { userId, reason }: PlaceLegalHold): Promise<LegalHold> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const person = await tx.one<PersonRow>(LOCK_PERSON, [tx.tenantId, userId]);
      if (person.erased_at) throw new Refusal(NOT_FOUND);
      const id = uuidv7();
      const sealed = await this.vault.seal(tx, reason, holdReason(id, userId));
      const row = await tx.one<HoldRow>(INSERT_HOLD, [tx.tenantId, id, userId, sealed, tx.now, tx.actorId]);
      audit(tx, 'place', row, reason);
      return this.toHold(tx, row);
    });
  }

  lift(ctx: RequestContext, { id, reason }: LiftLegalHold): Promise<LegalHold> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const row = await tx.one<HoldRow>(LIFT_HOLD, [tx.tenantId, id, tx.now, tx.actorId]);
      audit(tx, 'lift', row, reason);
      const blocked = await tx.query<{ id: string }>(BLOCKED_ERASURES, [tx.tenantId, row.user_id]);
      for (const request of blocked) await this.worker.nudge(tx, request.id);
      return this.toHold(tx, row);
    });
  }

  list(ctx: RequestContext, query: ListLegalHolds): Promise<LegalHoldPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const rows = await tx.query<HoldRow>(LIST_HOLDS, [tx.tenantId, query.userId ?? null, keys?.[0] ?? null, fetch]);
      const holds = await Promise.all(rows.map((row) => this.toHold(tx, row)));
      return pageOfRows(
        query,
        holds,
        ({ id }) => [id],
        (hold) => hold,
      );
    });
  }

  private async toHold(tx: Tx, row: HoldRow): Promise<LegalHold> {
    const reason = await openOrNull(this.vault, tx, row.reason_sealed, holdReason(row.id, row.user_id));
    return {
      id: row.id,
      userId: row.user_id,
      reason: reason ?? '',
      status: row.status,
      createdAt: row.created_at.toISOString(),
      liftedAt: row.lifted_at?.toISOString() ?? null,
      version: row.version,
    };
  }
}

function requireTenant(tx: Tx): void {
  if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
}

function audit(tx: Tx, action: string, { id, user_id: userId }: HoldRow, reason: string): void {
  tx.audit({
    action: `platform.legal-hold.${action}`,
    entity: { type: 'legal_hold', id },
    changes: { userId },
    personal: { [userId]: { reason } },
  });
}
