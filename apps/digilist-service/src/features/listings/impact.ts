import type { BookingImpact } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { IMPACT_OF_BOOKINGS, IMPACT_ON_LISTING, IMPACT_ON_ZONE } from './impact.sql.js';
import type { ListingRow } from './listing-access.js';

/** Bookings that a change concerns, as whoever changes may see them, and all their ids. */
export interface Impact {
  readonly impact: BookingImpact;
  readonly bookingIds: readonly string[];
}

/** Permissions that show who booked. */
const SEES_BOOKERS = ['digilist.booking.read', 'digilist.calendar.read'];

/** Bookings that hold time from now on: of the listing and of what contains it, of one of its zones, or these. */
export async function impactOn(
  tx: Tx,
  { id, orgId, timezone }: Pick<ListingRow, 'id' | 'orgId' | 'timezone'>,
  only: { zoneId?: string; bookingIds?: readonly string[] } = {},
): Promise<Impact> {
  const [statement, which] = only.bookingIds
    ? [IMPACT_OF_BOOKINGS, only.bookingIds]
    : only.zoneId
      ? [IMPACT_ON_ZONE, only.zoneId]
      : [IMPACT_ON_LISTING, null];
  const reaches = await Promise.all(SEES_BOOKERS.map((permission) => tx.reachOf(permission)));
  const named = reaches.some((reach) => reach.covers(orgId));
  const values = [tx.tenantId, id, timezone, named, ...(which === null ? [] : [which])];
  const { impact, ids } = await tx.one<{ impact: BookingImpact; ids: string[] | null }>(statement, values);
  return { impact, bookingIds: ids ?? [] };
}
