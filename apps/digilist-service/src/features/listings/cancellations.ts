import type { CancelledBy } from '@digilist/contracts';
import type { Tx } from '@kit/service';

export interface Cancellation {
  reason: string;
  by: CancelledBy;
  /** What the bookers are told instead of the reason, which then stays in the audit trail. */
  publicReason?: string;
}

/** Calls bookings off for whoever closes what they were booked on. Implemented by the bookings, who own their life. */
export abstract class Cancellations {
  /** Cancels those that can still be cancelled and answers them. A booker hears of it once per call. */
  abstract cancelMany(
    tx: Tx,
    bookingIds: readonly string[],
    cancellation: Cancellation,
  ): Promise<readonly { id: string }[]>;
}
