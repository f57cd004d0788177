import { invoiceOverdue } from '@digilist/contracts';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { updateInvoices } from './credits.js';
import { statusOf } from './domain/standing.js';
import { LOCK_OVERDUE_INVOICES, type LockedInvoice, TENANTS_WITH_OVERDUE_INVOICES } from './invoices.sql.js';
import { invoiceFact } from './issuing.js';

const EVERY_MS = 60 * 60_000;
const BATCH = 200;

/** Marks what was not paid by its due date. */
@Injectable()
export class OverdueJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
  ) {
    super('overdue-invoices', EVERY_MS, system, log);
  }

  protected async run(now: Date): Promise<void> {
    const tenants: { tenantId: string; actorId: string | null }[] = await this.system.query(
      TENANTS_WITH_OVERDUE_INVOICES,
      [now],
    );
    // What goes wrong in one tenant keeps no other waiting.
    for (const { tenantId, actorId } of tenants) {
      const origin = jobOrigin(tenantId, 'overdue-invoices', actorId ?? SYSTEM_TENANT_ID, now);
      await this.all(origin).catch((error: unknown) =>
        this.log.warn({ err: error, tenantId }, 'overdue invoices could not be marked; trying again'),
      );
    }
  }

  private async all(origin: ReturnType<typeof jobOrigin>): Promise<void> {
    for (let marked = BATCH; marked === BATCH; ) marked = await this.work.runAs(origin, mark);
  }
}

async function mark(tx: Tx): Promise<number> {
  const invoices = await tx.query<LockedInvoice>(LOCK_OVERDUE_INVOICES, [tx.tenantId, BATCH, tx.now]);
  if (invoices.length === 0) return 0;
  const overdue = invoices.map((invoice) => ({ ...invoice, status: statusOf(invoice, invoice.today) }));
  await updateInvoices(tx, overdue);
  for (const invoice of overdue) {
    const { id, orgId, version, status } = invoice;
    tx.audit({
      action: 'digilist.invoice.mark-overdue',
      entity: { type: 'invoice', id },
      ...(orgId !== null && { orgId }),
      changes: { status },
    });
    tx.emit(invoiceOverdue, { id, version: version + 1, data: invoiceFact(invoice) });
  }
  return invoices.length;
}
