import { type StateMessage, SYSTEM_TENANT_ID, subjects } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, type Origin, PeriodicJob, SYSTEM_DATABASE, tenantTables } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { tenantState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { inSystemTransaction } from '../../../database/system-transaction.js';
import { SigningKeys } from '../../identity/index.js';
import { type TenantRow, toTenantState } from '../tenancy.mapper.js';
import { statusChanged, turnTenant } from './lifecycle.service.js';
import {
  ACTIVE_PRODUCTS,
  ADD_COUNT,
  EMPTY_SERVICE_USER,
  EMPTY_SHELL,
  FINISH_PURGE,
  INSERT_MANIFEST,
  INSERT_PURGE,
  PURGE_TABLE,
  PURGES_RUNNING,
  type PurgeRow,
  TENANTS_DUE,
} from './lifecycle.sql.js';
import { PublishedStates } from './published-states.js';

const JOB = 'purge-tenants';
/** Newer than anything that was published. */
const LAST_VERSION = 2_147_483_647;
const BATCH = 500;

/**
 * Deletes all that is left of tenants whose days of grace are over, table by table as the catalog has them, each in a
 * transaction with its count: cut off anywhere, the next turn goes on. Done when every product has reported and a whole
 * pass has found nothing more.
 */
@Injectable()
export class PurgeJob extends PeriodicJob {
  constructor(
    private readonly keys: SigningKeys,
    private readonly states: PublishedStates,
    @Inject(CONFIG) config: PlatformConfig,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super(JOB, config.purgeSeconds * 1_000, system, log);
  }

  protected override async run(now: Date): Promise<void> {
    const due: { id: string; slug: string }[] = await this.system.query(TENANTS_DUE, [now]);
    for (const tenant of due) await this.begin(tenant, now);
    const running: PurgeRow[] = await this.system.query(PURGES_RUNNING);
    for (const purge of running) await this.goOn(purge, now);
  }

  private origin(now: Date, tenantId = SYSTEM_TENANT_ID): Origin {
    return jobOrigin(tenantId, JOB, SYSTEM_TENANT_ID, now);
  }

  /** From here on there is no way back; products hear of it and delete what they have. */
  private async begin({ id, slug }: { id: string; slug: string }, now: Date): Promise<void> {
    await inSystemTransaction(this.system, this.origin(now), async (tx) => {
      const products = await tx.query<{ key: string }>(ACTIVE_PRODUCTS);
      const silent = JSON.stringify(Object.fromEntries(products.map(({ key }) => [key, null])));
      await tx.query(INSERT_PURGE, [tx.tenantId, id, slug, silent, now, tx.actorId]);
      tx.audit({ action: 'platform.tenant.purge', entity: { type: 'tenant', id } });
      await tx.within(this.origin(now, id), (inside) => turnTenant(inside, 'purge', { reason: 'purge', graceDays: 0 }));
    });
  }

  private async goOn(purge: PurgeRow, now: Date): Promise<void> {
    const tenantId = purge.purged_tenant_id;
    const buried = await this.bury(tenantId, now);
    let deleted = 0;
    for (const table of await tenantTables(this.system, 'platform', 'tenants')) {
      deleted += await this.empty(tenantId, table, now);
    }
    const [left]: { n: number }[] = await this.system.query(
      'SELECT count(*)::int AS n FROM platform.outbox WHERE tenant_id = $1',
      [tenantId],
    );
    const silent = Object.entries(purge.products).filter(([, report]) => report === null);
    if (buried > 0 || deleted > 0 || left?.n !== 0 || silent.length > 0) {
      const products = silent.map(([key]) => key);
      this.log.info({ tenantId, deleted, buried, products }, 'a tenant is being purged; it is not over yet');
      return;
    }
    await this.finish(purge, now);
  }

  /** The state stream keeps the last message of every row: a tombstone takes its place. */
  private async bury(tenantId: string, now: Date): Promise<number> {
    const subjects = await this.states.of(tenantId);
    const alive = subjects.filter((subject) => !this.buried.has(subject));
    for (let at = 0; at < alive.length; at += BATCH) {
      const batch = alive.slice(at, at + BATCH);
      await inSystemTransaction(this.system, this.origin(now), async (tx) => {
        for (const subject of batch) {
          const id = subject.slice(subject.lastIndexOf('.') + 1);
          const time = now.toISOString();
          const message: StateMessage = { id, tenantId, version: LAST_VERSION, deleted: true, time, data: null };
          tx.put(uuidv7(), subject, message);
        }
      });
      for (const subject of batch) this.buried.add(subject);
    }
    return alive.length;
  }

  /** Within this process; another one buries once more, which changes nothing. */
  private readonly buried = new Set<string>();

  private async empty(tenantId: string, table: string, now: Date): Promise<number> {
    return inSystemTransaction(this.system, this.origin(now), async (tx) => {
      const { gone } = await tx.one<{ gone: number }>(PURGE_TABLE, [tenantId, table]);
      if (gone > 0) await tx.query(ADD_COUNT, [tx.tenantId, tenantId, table, gone, now]);
      return gone;
    });
  }

  private async finish({ purged_tenant_id: tenantId, slug, counts, products, created_at }: PurgeRow, now: Date) {
    const purgedAt = now.toISOString();
    const manifest = { tenantId, slug, startedAt: created_at.toISOString(), purgedAt, tables: counts, products };
    const signature = await this.keys.signDocument(manifest, 'purge-manifest+jwt');
    await inSystemTransaction(this.system, this.origin(now), async (tx) => {
      await tx.one(FINISH_PURGE, [tx.tenantId, tenantId, now]);
      await tx.query(INSERT_MANIFEST, [tx.tenantId, tenantId, JSON.stringify(manifest), signature, now, tx.actorId]);
      await tx.query(EMPTY_SERVICE_USER, [tenantId, now]);
      const row = await tx.one<TenantRow>(EMPTY_SHELL, [tenantId, now]);
      // In the outbox of the system: nothing is to be written into the tenant any more.
      const { version } = row;
      const state = { id: tenantId, tenantId, version, deleted: false, time: purgedAt, data: toTenantState(row) };
      tx.put(uuidv7(), subjects.state(tenantState, tenantId, tenantId), state satisfies StateMessage);
      statusChanged(tx, 'purging', row);
      tx.audit({
        action: 'platform.tenant.purged',
        entity: { type: 'tenant', id: tenantId },
        changes: { tables: counts },
      });
    });
    this.buried.clear();
    this.log.info({ tenantId }, 'a tenant is purged');
  }
}
