import type { InvoiceSeller } from '@digilist/contracts';

/** In whose name something is sold, with the organizations that stand above it. */
export interface Seller
  extends Pick<InvoiceSeller, 'id' | 'orgId' | 'vatRegistered' | 'zeroRate' | 'kidLength' | 'kidAlgorithm'> {
  /** How far below the top its organization stands. */
  readonly depth: number;
}

/** An organization with those above it. */
export interface Lineage {
  readonly orgId: string;
  readonly ancestorIds: readonly string[];
}

/** Who sells what an organization lends out: itself, else the nearest above it, else the tenant. */
export function sellerOf<S extends Seller>({ orgId, ancestorIds }: Lineage, sellers: readonly S[]): S | null {
  const above = sellers
    .filter((seller) => seller.orgId !== null && (seller.orgId === orgId || ancestorIds.includes(seller.orgId)))
    .sort((a, b) => b.depth - a.depth);
  return above[0] ?? sellers.find((seller) => seller.orgId === null) ?? null;
}
