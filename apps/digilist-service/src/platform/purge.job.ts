import {
  LOGGER,
  type Logger,
  newTraceparent,
  PeriodicJob,
  RpcClient,
  SYSTEM_DATABASE,
  tenantTableGroups,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { reportTenantPurged } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { Belongings } from './belongings.js';
import { Region } from './region.js';

const EVERY_MS = 30_000;
const TIMEOUT_MS = 10_000;
/** What was deleted is told from here, so it stays until it has been told. */
const REPORT = 'tenant_purges';

const PURGING = `SELECT id FROM digilist.platform_tenants WHERE status = 'purging' AND NOT deleted ORDER BY id`;
const COUNT = 'INSERT INTO digilist.tenant_purges (tenant_id, table_name, deleted) VALUES ($1, $2, $3)';
const REPORTED = `SELECT table_name, sum(deleted)::int AS deleted FROM digilist.tenant_purges WHERE tenant_id = $1
  GROUP BY table_name`;
/** Copies that came late: PLATFORM buries each row of a tenant while it purges it. */
const LEFT_OVER = `SELECT id FROM digilist.platform_tenants
  WHERE status = 'purged' AND NOT deleted AND projected_at > now() - interval '1 day' ORDER BY id`;

/** Nobody moves who ever had a licence, so it is copies of PLATFORM's rows and nothing that anybody made here. */
const MOVED = `SELECT t.id FROM digilist.platform_tenants t WHERE t.region <> ALL ($1)
  AND NOT EXISTS (SELECT FROM digilist.listings l WHERE l.tenant_id = t.id) ORDER BY t.id`;
const FORGET = `DELETE FROM digilist.platform_tenants t
  WHERE t.id = $1 AND NOT EXISTS (SELECT FROM digilist.outbox o WHERE o.tenant_id = t.id)`;

/**
 * Deletes all that DIGILIST has of a tenant that PLATFORM purges, table by table as the catalog has them, each with its
 * count, and reports it. Cut off anywhere, the next turn goes on; reported twice, nothing changes.
 */
@Injectable()
export class PurgeJob extends PeriodicJob {
  constructor(
    private readonly rpc: RpcClient,
    private readonly belongings: Belongings,
    private readonly region: Region,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('purge-tenants', EVERY_MS, system, log);
  }

  protected override async run(): Promise<void> {
    const purging: { id: string }[] = await this.system.query(PURGING);
    if (purging.length > 0) {
      const emptied = await this.emptied();
      for (const { id } of purging) {
        await this.empty(id, emptied, true);
        await this.report(id);
      }
    }
    if (this.region.isOneOfSeveral) await this.removeMoved();
    const leftOver: { id: string }[] = await this.system.query(LEFT_OVER);
    if (leftOver.length === 0) return;
    const emptied = await this.emptied();
    for (const { id } of leftOver) await this.empty(id, [...emptied, [REPORT]], false);
  }

  /** Who is in another region by now. */
  private async removeMoved(): Promise<void> {
    const moved: { id: string }[] = await this.system.query(MOVED, [this.region.held]);
    if (moved.length === 0) return;
    const emptied = await this.emptied();
    for (const { id } of moved) {
      await this.empty(id, emptied, false);
      await this.system.query(FORGET, [id]);
    }
  }

  /** Asked only when somebody goes, which is seldom: putting the tables in order takes longer than all the rest. */
  private async emptied(): Promise<string[][]> {
    const groups = await tenantTableGroups(this.system, 'digilist', 'platform_tenants');
    return groups.filter(([table]) => table !== REPORT);
  }

  private async empty(tenantId: string, groups: readonly string[][], counted: boolean): Promise<void> {
    await this.belongings.remove(tenantId);
    for (const tables of groups) {
      await this.system.transaction(async (manager) => {
        const rows: { name: string; n: number }[] = await manager.query(deletionOf(tables), [tenantId]);
        for (const { name, n } of rows) {
          if (counted && n > 0) await manager.query(COUNT, [tenantId, name, n]);
        }
      });
    }
  }

  private async report(tenantId: string): Promise<void> {
    const rows: { table_name: string; deleted: number }[] = await this.system.query(REPORTED, [tenantId]);
    const tables = Object.fromEntries(rows.map(({ table_name, deleted }) => [table_name, deleted]));
    const caller = {
      requestId: `purge-${tenantId}`,
      traceparent: newTraceparent(),
      deadline: Date.now() + TIMEOUT_MS,
    };
    await this.rpc.call(caller, reportTenantPurged, { tenantId, tables });
    this.log.info({ tenantId, tables }, 'a tenant is purged and reported');
  }
}

/** One statement, so that tables that reference each other go together. What has not been published yet is, first. */
function deletionOf(tables: readonly string[]): string {
  const deletions = tables.map((table, at) => {
    const rest = table === 'outbox' ? ' AND published_at IS NOT NULL' : '';
    return `gone_${at} AS (DELETE FROM digilist.${table} WHERE tenant_id = $1${rest} RETURNING 1)`;
  });
  const counts = tables.map((table, at) => `SELECT '${table}' AS name, count(*)::int AS n FROM gone_${at}`);
  return `WITH ${deletions.join(', ')} ${counts.join(' UNION ALL ')}`;
}
