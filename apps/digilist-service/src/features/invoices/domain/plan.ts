import type { BillingRunBuyer } from '@digilist/contracts';
import { money } from '@kit/contracts';
import { problemOf } from './billing.js';
import { type Lineage, type Seller, sellerOf } from './seller.js';

/** What one buyer is to be invoiced for by one lender. */
export interface Group extends Lineage {
  readonly buyerOrgId: string | null;
  readonly buyerUserId: string | null;
  readonly buyerName: string;
  readonly currency: string;
  readonly bookings: number;
  readonly total: number;
  readonly withVat: boolean;
}

/** What one buyer is invoiced for by one seller. */
export interface PlannedBuyer extends BillingRunBuyer {
  /** Whose listings were lent out. */
  readonly orgIds: readonly string[];
}

/** One entry for each buyer, seller and currency; `only` leaves out other sellers. */
export function planOf(
  groups: readonly Group[],
  sellers: readonly Seller[],
  { only, nextNumber }: { only: string | null; nextNumber: number },
): PlannedBuyer[] {
  const planned = new Map<string, { groups: Group[]; seller: Seller | null }>();
  for (const group of groups) {
    const seller = sellerOf(group, sellers);
    if (only !== null && seller?.id !== only) continue;
    const key = [seller?.id, group.buyerOrgId, group.buyerUserId, group.currency].join(' ');
    const known = planned.get(key) ?? { groups: [], seller };
    planned.set(key, { seller, groups: [...known.groups, group] });
  }
  return [...planned.values()].map(({ groups: of, seller }) => buyerOf(of, seller, nextNumber));
}

function buyerOf(groups: readonly Group[], seller: Seller | null, nextNumber: number): PlannedBuyer {
  const { buyerOrgId, buyerUserId, buyerName, currency } = groups[0] as Group;
  const sum = (pick: (group: Group) => number) => groups.reduce((all, group) => all + pick(group), 0);
  return {
    sellerId: seller?.id ?? null,
    buyerOrgId,
    buyerUserId,
    buyerName,
    bookings: sum(({ bookings }) => bookings),
    total: money(
      sum(({ total }) => total),
      currency,
    ),
    problem: problemOf(
      seller,
      groups.some(({ withVat }) => withVat),
      nextNumber,
    ),
    orgIds: groups.map(({ orgId }) => orgId),
  };
}
