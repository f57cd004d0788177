import {
  type BookingModel,
  LISTING_INVALID_STATE,
  type Listing,
  type ListingPart,
  type ListingStatus,
  type ListingTypeKey,
  listingChanged,
  type PaymentPolicy,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { type Reach, requireOrg, type Tx } from '@kit/service';
import { GET_LISTING, LOCK_LISTING, OWNERS_OF_COMPONENTS, RAISE_VERSION } from './listings.sql.js';

export interface ListingRow extends Record<string, unknown> {
  id: string;
  orgId: string;
  status: ListingStatus;
  version: number;
  type: ListingTypeKey;
  bookingModel: BookingModel;
  paymentPolicy: PaymentPolicy;
  timezone: string;
}

/** What anybody may see; a listing under maintenance is seen but cannot be booked. */
export const PUBLIC_STATUSES: readonly ListingStatus[] = ['published', 'maintenance'];
const SEES_UNPUBLISHED = 'digilist.listing.read';

/** Where the caller may see listings in every status. */
export const seesUnpublished = (tx: Tx): Promise<Reach> => tx.reachOf(SEES_UNPUBLISHED);

/** @throws Refusal NOT_FOUND also for a listing that the caller may not see: it answers like one that is not there */
export async function requireVisible(tx: Tx, listing: Pick<ListingRow, 'orgId' | 'status'> | null): Promise<void> {
  if (!listing) throw new Refusal(NOT_FOUND);
  if (PUBLIC_STATUSES.includes(listing.status)) return;
  if (!(await seesUnpublished(tx)).covers(listing.orgId)) throw new Refusal(NOT_FOUND);
}

const SEES_WHO = 'digilist.calendar.read';

/**
 * May the caller know who has the listing when? The calendar of a package shows who has what it consists of: there it
 * takes the permission for all of that, too.
 */
export async function maySeeWho(
  tx: Tx,
  { id, orgId, bookingModel }: Pick<ListingRow, 'id' | 'orgId' | 'bookingModel'>,
) {
  const reach = await tx.reachOf(SEES_WHO);
  if (!reach.covers(orgId)) return false;
  if (bookingModel !== 'PACKAGE') return true;
  const owners = await tx.query<{ orgId: string }>(OWNERS_OF_COMPONENTS, [tx.tenantId, id]);
  return owners.every((owner) => reach.covers(owner.orgId));
}

/** A listing that the caller may see. */
export async function requireListing(tx: Tx, id: string): Promise<Listing> {
  const { listing } = await tx.one<{ listing: Listing }>(GET_LISTING, [tx.tenantId, id]);
  await requireVisible(tx, listing);
  return listing;
}

/** Locks a listing that the caller's permission reaches. */
export async function lockListing(tx: Tx, id: string, expected: number | null): Promise<ListingRow> {
  const row = await tx.one<ListingRow>(LOCK_LISTING, [tx.tenantId, id]);
  requireOrg(tx.reach, row.orgId);
  if (expected !== null && row.version !== expected)
    throw new Refusal(STALE_VERSION, { details: { version: row.version } });
  return row;
}

/**
 * Every change of a listing, its zones, its rules or its prices begins here: one version for the whole of it, so that
 * whoever has read an older state is told, and cached references know that they are behind.
 *
 * @param expected version from If-Match; null where the caller named none
 * @throws Refusal NOT_FOUND, FORBIDDEN, STALE_VERSION, LISTING_INVALID_STATE
 */
export async function changeListing(
  tx: Tx,
  id: string,
  expected: number | null,
  changed: ListingPart,
  action: string,
): Promise<ListingRow> {
  const row = await lockListing(tx, id, expected);
  requireAlive(row);
  return noteChange(tx, row, changed, action);
}

/** @throws Refusal LISTING_INVALID_STATE */
export function requireAlive({ status }: Pick<ListingRow, 'status'>): void {
  if (status === 'archived') throw new Refusal(LISTING_INVALID_STATE, { details: { status } });
}

/** A listing that is locked becomes its next version, and others hear of it. */
export async function noteChange(tx: Tx, row: ListingRow, changed: ListingPart, action: string): Promise<ListingRow> {
  const { id } = row;
  const version = await raiseVersion(tx, id);
  tx.emit(listingChanged, {
    id,
    version,
    data: { listingId: id, orgId: row.orgId, changed: [changed], status: row.status },
  });
  tx.audit({ action, entity: { type: 'listing', id }, orgId: row.orgId, changes: { changed, version } });
  return { ...row, version };
}

interface Raised extends Record<string, unknown> {
  version: number;
  packages: { id: string; orgId: string; status: ListingStatus; version: number }[];
}

/** A new version of a listing that is locked, and of every package it belongs to. */
export async function raiseVersion(tx: Tx, id: string): Promise<number> {
  const { version, packages } = await tx.one<Raised>(RAISE_VERSION, [tx.tenantId, id, tx.actorId]);
  for (const { id: packageId, orgId, status, version: next } of packages) {
    const data = { listingId: packageId, orgId, status, changed: ['components' as const] };
    tx.emit(listingChanged, { id: packageId, version: next, data });
  }
  return version;
}
