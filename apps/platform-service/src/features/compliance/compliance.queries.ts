import type { PageQuery } from '@kit/contracts';
import { FORBIDDEN, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { AuditAnchorPage, AuditKeys as AuditKeySet, AuditLogPage, ListAuditLogs } from '@platform/contracts';
import { AuditKeys } from './audit-keys.js';
import { toAnchor, toAuditLog } from './compliance.mapper.js';
import {
  type AuditLogRow,
  type CheckpointRow,
  LIST_CHECKPOINTS,
  type Search,
  searchStatement,
} from './compliance.sql.js';
import { PersonalData } from './personal-data.js';

@Injectable()
export class ComplianceQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly personalData: PersonalData,
    private readonly auditKeys: AuditKeys,
  ) {}

  /** Whoever may read for one organization only sees the records of that one. */
  list(ctx: RequestContext, query: ListAuditLogs): Promise<AuditLogPage> {
    const { keys, fetch } = pageStart(query, ['instant', 'integer']);
    return this.work.run(ctx, async (tx) => {
      const { limit: _, cursor: __, ...asked } = query;
      const search: Search = {
        ...asked,
        ...(keys && { before: keys as [string, number] }),
        ...(!tx.reach.tenant && { orgIds: tx.reach.orgIds }),
      };
      const [statement, values] = searchStatement(search, tx.tenantId, fetch);
      const rows = await tx.query<AuditLogRow>(statement, values);
      const shown = rows.slice(0, fetch - 1);
      const opened = await Promise.all(shown.map((row) => this.personalData.opened(tx, row)));
      const at = new Map(shown.map((row, index) => [row, index]));
      tx.audit({
        action: 'platform.audit-log.read',
        entity: { type: 'audit_log', id: null },
        changes: { search: asked, records: shown.length, ...(query.cursor !== undefined && { further: true }) },
      });
      return pageOfRows(
        query,
        rows,
        ({ recorded, seq }) => [recorded, Number(seq)],
        (row) => {
          const index = at.get(row) as number;
          return toAuditLog(row, opened[index] as (typeof opened)[number]);
        },
      );
    });
  }

  anchors(ctx: RequestContext, query: PageQuery): Promise<AuditAnchorPage> {
    const { keys, fetch } = pageStart(query, ['integer']);
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      const rows = await tx.query<CheckpointRow>(LIST_CHECKPOINTS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ seq }) => [Number(seq)], toAnchor);
    });
  }

  async keys(_: RequestContext): Promise<AuditKeySet> {
    return { keys: await this.auditKeys.all() };
  }
}
