import { type BookingFact, type BookingStatus, bookingExpired } from '@digilist/contracts';
import type { Tx } from '@kit/service';

/** Anything that knows a booking well enough to tell others. */
export interface Tellable {
  id: string;
  status: BookingStatus;
  listingId: string;
  zoneId: string;
  orgId: string;
  userId: string;
  onBehalfOfOrgId: string | null;
  startsAt: Date | string;
  endsAt: Date | string;
  quantity: number;
  total: number;
  currency: string;
}

/** What every event about a booking carries. */
export const factOf = (booking: Tellable): BookingFact => ({
  bookingId: booking.id,
  status: booking.status,
  listingId: booking.listingId,
  zoneId: booking.zoneId,
  orgId: booking.orgId,
  userId: booking.userId,
  onBehalfOfOrgId: booking.onBehalfOfOrgId,
  startsAt: new Date(booking.startsAt).toISOString(),
  endsAt: new Date(booking.endsAt).toISOString(),
  quantity: booking.quantity,
  totalAmount: booking.total,
  currency: booking.currency,
});

/** A booking that gave way, as take_times answers it. */
export type Expired = Tellable & { version: number };

/** Tells of bookings that gave way to somebody else because their hold had run out. */
export function tellExpired(tx: Tx, expired: readonly Expired[]): void {
  for (const { version, ...gone } of expired) {
    tx.emit(bookingExpired, { id: gone.id, version, data: factOf(gone) });
    tx.audit({ action: 'digilist.booking.expire', entity: { type: 'booking', id: gone.id }, orgId: gone.orgId });
  }
}
