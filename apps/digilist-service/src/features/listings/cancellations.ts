import type { BookingStatus, CancelledBy } from '@digilist/contracts';
import type { Tx } from '@kit/service';

export interface Cancellation {
  reason: string;
  by: CancelledBy;
  /** What the bookers are told instead of the reason, which then stays in the audit trail. */
  publicReason?: string;
}

/** A booking whose hold had run out when somebody else took its time, as the database tells of it. */
export interface ExpiredBooking {
  id: string;
  version: number;
  status: BookingStatus;
  listingId: string;
  zoneId: string;
  orgId: string;
  userId: string;
  onBehalfOfOrgId: string | null;
  startsAt: string;
  endsAt: string;
  quantity: number;
  total: number;
  currency: string;
}

/** Calls bookings off for whoever closes what they were booked on. Implemented by the bookings, who own their life. */
export abstract class Cancellations {
  /** Cancels those that can still be cancelled and answers them. A booker hears of it once per call. */
  abstract cancelMany(
    tx: Tx,
    bookingIds: readonly string[],
    cancellation: Cancellation,
  ): Promise<readonly { id: string }[]>;

  /** Tells of bookings that gave way because their hold had run out. */
  abstract tellExpired(tx: Tx, expired: readonly ExpiredBooking[]): void;
}
