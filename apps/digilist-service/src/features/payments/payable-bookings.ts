import type { BookingStatus, PaymentPolicy } from '@digilist/contracts';
import type { LocalText, Money } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';

/** A booking as money sees it, locked until the commit. */
export interface PayableBooking {
  readonly id: string;
  readonly status: BookingStatus;
  readonly orgId: string;
  readonly userId: string;
  readonly onBehalfOfOrgId: string | null;
  readonly paymentPolicy: PaymentPolicy;
  readonly startsAt: Date;
  /** When its hold ends by itself. */
  readonly expiresAt: Date | null;
  readonly total: number;
  readonly currency: string;
}

/** What is told of a booking, whatever it is that is told. */
export interface AboutBooking {
  readonly bookingId: string;
  readonly listingName: LocalText;
  readonly zoneName: LocalText | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly timeZone: string;
  readonly total: Money;
}

/** What money does to bookings. Implemented by the bookings, who own their life; payments only count. */
export abstract class PayableBookings {
  /** In the order of their ids; those that do not exist are left out. */
  abstract lockMany(tx: Tx, ids: readonly string[]): Promise<PayableBooking[]>;

  /** Bookings that awaited payment are confirmed, or go to whoever has to decide now. */
  abstract pay(tx: Tx, bookings: readonly PayableBooking[]): Promise<void>;

  /** What was to be given back of ended bookings has arrived. */
  abstract refunded(tx: Tx, bookings: readonly PayableBooking[]): Promise<void>;

  /** Their hold ends no sooner than this. */
  abstract holdUntil(tx: Tx, bookings: readonly PayableBooking[], until: Date): Promise<void>;

  /** Only to look at. @throws Refusal NOT_FOUND where the caller's permission does not reach it */
  abstract read(tx: Tx, ctx: RequestContext, id: string): Promise<PayableBooking>;

  /** Could the caller cancel it now? */
  abstract canCancel(tx: Tx, ctx: RequestContext, booking: PayableBooking): Promise<boolean>;

  abstract notice(booking: PayableBooking): AboutBooking;
}
