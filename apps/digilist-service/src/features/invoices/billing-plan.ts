import type { BillingRunBuyer } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { run } from '../../database/named-statement.js';
import { GROUPS_TO_BILL, type GroupRow } from './billing.sql.js';
import { type PlannedBuyer, planOf } from './domain/plan.js';
import { ALL_SELLERS, type WholeSeller } from './sellers.sql.js';

/** What there is to invoice now, buyer by buyer. */
export async function plan(
  tx: Tx,
  wanted: { endsAfter: Date; endsUntil: Date; buyerOrgId: string | null; sellerId: string | null },
  { nextNumber }: { nextNumber: number },
): Promise<PlannedBuyer[]> {
  const { endsAfter, endsUntil, buyerOrgId, sellerId } = wanted;
  const groups = await run<GroupRow, Parameters<typeof GROUPS_TO_BILL.values>[0]>(tx, GROUPS_TO_BILL, {
    tenantId: tx.tenantId,
    now: tx.now,
    endsAfter,
    endsUntil,
    buyerOrgId,
  });
  const sellers = await tx.query<WholeSeller>(ALL_SELLERS, [tx.tenantId]);
  return planOf(groups, sellers, { only: sellerId, nextNumber });
}

export const shownBuyer = ({ orgIds: _, ...buyer }: PlannedBuyer): BillingRunBuyer => buyer;
