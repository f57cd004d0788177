import {
  LISTING_INVALID_STATE,
  type Listing,
  type ListingStatus,
  listingArchived,
  listingMaintenanceStarted,
  listingPublished,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { mayBecome } from './domain/lifecycle.js';
import { type ListingRow, raiseVersion } from './listing-access.js';
import { SET_LISTING_STATUS } from './listings.sql.js';

export type NextStatus = Exclude<ListingStatus, 'draft'>;

const FACTS = {
  published: listingPublished,
  maintenance: listingMaintenanceStarted,
  archived: listingArchived,
} as const;

/** Audit records name what was done, as the permissions do. */
const VERBS = { published: 'publish', maintenance: 'maintain', archived: 'archive' } as const;

/** @throws Refusal LISTING_INVALID_STATE */
export function requireTransition({ status }: Pick<ListingRow, 'status'>, to: NextStatus): void {
  if (!mayBecome(status, to)) throw new Refusal(LISTING_INVALID_STATE, { details: { status } });
}

/** The only way a listing, locked, goes on to another status. */
export async function listingStatus(tx: Tx, row: ListingRow, to: NextStatus, reason?: string): Promise<Listing> {
  const { id, orgId, status: from } = row;
  requireTransition(row, to);
  await raiseVersion(tx, id);
  const { listing } = await tx.one<{ listing: Listing }>(SET_LISTING_STATUS, [tx.tenantId, id, to]);
  tx.emit(FACTS[to], { id, version: listing.version, data: { listingId: id, orgId, from, to } });
  tx.audit({
    action: `digilist.listing.${VERBS[to]}`,
    entity: { type: 'listing', id },
    orgId,
    changes: { from, to },
    ...(reason !== undefined && { reason }),
  });
  return listing;
}
