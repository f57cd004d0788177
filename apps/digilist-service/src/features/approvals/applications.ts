import type { BookingStatus } from '@digilist/contracts';
import type { Tx } from '@kit/service';

/** A booking that waits for a decision, locked until the commit. */
export interface Application {
  readonly id: string;
  readonly status: BookingStatus;
}

/** What a decision does to the booking. Implemented by the bookings, who own their life; approvals only decide. */
export abstract class Applications {
  /** @throws Refusal NOT_FOUND */
  abstract lock(tx: Tx, bookingId: string): Promise<Application>;

  /** @throws Refusal INVALID_STATE, BOOKING_STARTED */
  abstract approve(tx: Tx, application: Application, reason: string | null): Promise<void>;

  /** @throws Refusal INVALID_STATE */
  abstract reject(tx: Tx, application: Application, reasonCode: string, reason: string): Promise<void>;
}
