import { type BillingRunBuyer, billingRunCompleted, type UnbilledReason } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { run } from '../../database/named-statement.js';
import { totalOf } from '../ledger/index.js';
import {
  BILLING_GROUND,
  CLAIM_RUNS,
  COMPLETE_RUN,
  COUNT_INVOICE,
  GET_RUN,
  NEXT_TO_BILL,
  type RunRow,
} from './billing.sql.js';
import { plan, shownBuyer } from './billing-plan.js';
import { owedParts } from './domain/billing.js';
import type { PlannedBuyer } from './domain/plan.js';
import { BOOKINGS_PER_INVOICE } from './domain/totals.js';
import { Issuing } from './issuing.js';

const BATCH = 4;
const CLAIM_SECONDS = 60;

interface Claimed {
  readonly tenantId: string;
  readonly id: string;
  readonly actorId: string;
}

/** What the number of an invoice ran into while a run was under way, or a seller that was changed meanwhile. */
const PROBLEMS: Readonly<Record<string, UnbilledReason>> = {
  SELLER_MISSING: 'seller_missing',
  SELLER_NOT_REGISTERED_FOR_VAT: 'seller_not_registered_for_vat',
  KID_TOO_SHORT: 'kid_too_short',
};

/**
 * Works off billing runs, an invoice at a time, each in a transaction of its own. A run that was cut off goes on where it
 * was: what is billed is not found again, and a booking is billed once whoever else is at it.
 */
@Injectable()
export class BillingWorker extends QueueWorker<Claimed> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly unit: UnitOfWork,
    private readonly issuing: Issuing,
    @Inject(LOGGER) log: Logger,
  ) {
    super('billing runs', log);
  }

  protected override async claim(): Promise<Claimed[]> {
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.system.query(CLAIM_RUNS, [BATCH, CLAIM_SECONDS])) as [Claimed[], number];
    return rows;
  }

  protected override async work({ tenantId, id, actorId }: Claimed): Promise<void> {
    const within = <T>(work: (tx: Tx) => Promise<T>) =>
      this.unit.runAs(jobOrigin(tenantId, 'billing-run', actorId), work);
    const { billing, buyers } = await within(async (tx) => {
      const row = await tx.one<RunRow>(GET_RUN, [tenantId, id]);
      const ground = await tx.one<{ nextNumber: number }>(BILLING_GROUND, [tenantId]);
      return { billing: row, buyers: await plan(tx, { ...row, buyerOrgId: row.organizationId }, ground) };
    });
    const problems: BillingRunBuyer[] = [];
    for (const buyer of buyers) {
      const problem = buyer.problem ?? (await this.bill(within, billing, buyer));
      if (problem !== null) problems.push({ ...shownBuyer(buyer), problem });
    }
    await within((tx) => complete(tx, id, problems));
  }

  /** Invoices for all of one buyer. Answers why it could not go on. */
  private async bill(
    within: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>,
    billing: RunRow,
    buyer: PlannedBuyer,
  ): Promise<UnbilledReason | null> {
    try {
      for (let billed = BOOKINGS_PER_INVOICE; billed === BOOKINGS_PER_INVOICE; )
        billed = await within((tx) => this.billNext(tx, billing, buyer));
      return null;
    } catch (error) {
      const problem = error instanceof Refusal ? PROBLEMS[error.code] : undefined;
      if (problem === undefined) throw error;
      return problem;
    }
  }

  /** One invoice. Answers how many bookings were found for it. */
  private async billNext(tx: Tx, billing: RunRow, buyer: PlannedBuyer): Promise<number> {
    const { buyerOrgId, buyerUserId, orgIds, total } = buyer;
    const found = await run<{ id: string }, Parameters<typeof NEXT_TO_BILL.values>[0]>(tx, NEXT_TO_BILL, {
      tenantId: tx.tenantId,
      now: tx.now,
      endsAfter: billing.endsAfter,
      endsUntil: billing.endsUntil,
      buyerOrgId,
      buyerUserId,
      orgIds: [...orgIds],
      currency: total.currency,
      limit: BOOKINGS_PER_INVOICE,
    });
    const locked = await this.issuing.lock(
      tx,
      found.map(({ id }) => id),
    );
    // What somebody else billed, or called off, between the two.
    const bookings = locked.filter((booking) => !booking.billed && totalOf(owedParts(booking)) > 0);
    if (bookings.length > 0) {
      const bookingIds = bookings.map(({ id }) => id);
      await this.issuing.issue(tx, bookings, { bookingIds, buyerReference: null, billingRunId: billing.id });
      const sum = bookings.reduce((all, booking) => all + totalOf(owedParts(booking)), 0);
      await tx.query(COUNT_INVOICE, [tx.tenantId, billing.id, bookings.length, sum, CLAIM_SECONDS]);
    }
    return found.length;
  }
}

async function complete(tx: Tx, id: string, problems: readonly BillingRunBuyer[]): Promise<void> {
  const [row] = await tx.query<RunRow>(COMPLETE_RUN, [tx.tenantId, id, JSON.stringify(problems), tx.actorId]);
  if (!row) return;
  const { orgId, from, to, invoices, bookings, version } = row;
  tx.audit({
    action: 'digilist.billing-run.complete',
    entity: { type: 'billing_run', id },
    ...(orgId !== null && { orgId }),
    changes: { invoices, bookings, problems: problems.length },
  });
  tx.emit(billingRunCompleted, { id, version, data: { billingRunId: id, orgId, from, to, invoices, bookings } });
}
