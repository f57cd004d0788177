import { NOT_FOUND, SYSTEM_TENANT_ID } from '@kit/contracts';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { originIn } from '../database/origin.js';
import { type Statement, statement } from '../database/statement.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { LOGGER } from '../infrastructure.js';
import type { Logger } from '../logging/logger.js';
import type { NotFoundObserver } from '../rpc/server.js';

/** Requests that wait to be looked into. Whoever floods us with made-up ids is looked into no faster than this. */
const CAPACITY = 200;
const MAX_IDS = 10;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface Owner extends Record<string, unknown> {
  type: string;
  tenantId: string;
  id: string;
}

/**
 * Finds the owners of ids ($1) outside the caller's tenant ($2), in tables that the lookup role may read `tenant_id` and
 * `id` of. Tenant by tenant, because every key begins with the tenant: a handful of index reads each, and never a scan.
 *
 * @param tables name of the entity in the audit log → table
 */
export const ownersOf = (context: string, tenants: string, tables: Readonly<Record<string, string>>): Statement =>
  statement(
    `${context}-owners-of-foreign-rows`,
    Object.entries(tables)
      .map(
        ([type, table]) => `
        SELECT '${type}' AS type, found.tenant_id AS "tenantId", found.id
        FROM ${context}.${tenants} tenant
        CROSS JOIN LATERAL (
          SELECT tenant_id, id FROM ${context}.${table} WHERE tenant_id = tenant.id AND id = ANY ($1::uuid[]) OFFSET 0
        ) found
        WHERE tenant.id <> $2`,
      )
      .join(' UNION ALL '),
  );

/**
 * A row of another tenant is answered like one that does not exist. Afterwards, with nobody waiting, we find out which of
 * the two it was, and audit the attempt where the row belongs and where the whole system is watched. Never in the
 * caller's own tenant: its audit log would answer what the request did not.
 */
@Injectable()
export abstract class ForeignRowsObserver implements NotFoundObserver, OnModuleDestroy {
  protected abstract readonly owners: Statement;
  private readonly waiting: RequestContext[] = [];
  private running: Promise<void> | null = null;

  constructor(
    private readonly work: UnitOfWork,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  observe(ctx: RequestContext): void {
    if (ctx.principal.kind !== 'user' || idsIn(ctx.request).length === 0) return;
    if (this.waiting.length >= CAPACITY) {
      this.log.warn({ userId: ctx.principal.userId }, 'too many unknown ids to look into; one is passed over');
      return;
    }
    this.waiting.push(ctx);
    this.running ??= this.lookInto().finally(() => {
      this.running = null;
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.running;
  }

  private async lookInto(): Promise<void> {
    for (let ctx = this.waiting.shift(); ctx; ctx = this.waiting.shift()) {
      await this.audit(ctx).catch((error) =>
        this.log.error({ err: error }, 'an attempt at a foreign row could not be audited'),
      );
    }
  }

  private async audit(ctx: RequestContext): Promise<void> {
    const { principal } = ctx;
    if (principal.kind !== 'user') return;
    const values = [idsIn(ctx.request), principal.tenantId];
    const owners = await this.work.lookup((queryable) => queryable.query<Owner>(this.owners, values));
    for (const { type, id, tenantId } of owners) {
      for (const watching of new Set([tenantId, SYSTEM_TENANT_ID])) {
        await this.work.runAs(originIn(watching, ctx), async (tx) => {
          tx.audit({
            action: 'security.cross-tenant.attempt',
            entity: { type, id },
            outcome: 'refused',
            reason: NOT_FOUND.code,
            changes: { operation: ctx.operation.id, callerTenantId: principal.tenantId, ownerTenantId: tenantId },
          });
        });
      }
    }
  }
}

const idsIn = (request: unknown): string[] =>
  Object.values(request ?? {})
    .filter((value): value is string => typeof value === 'string' && UUID.test(value))
    .slice(0, MAX_IDS);
