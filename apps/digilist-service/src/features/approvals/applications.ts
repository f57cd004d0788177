import type { BookingApproval, BookingStatus, NotificationEvent } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import type { Notice } from '../notifications/index.js';

/** A booking that waits for a decision, locked until the commit. */
export interface Application {
  readonly id: string;
  readonly status: BookingStatus;
  readonly orgId: string;
  readonly userId: string;
  readonly onBehalfOfOrgId: string | null;
  readonly startsAt: Date;
  readonly timezone: string;
  readonly approval: BookingApproval;
}

/** What somebody is told about an application. */
export interface Telling {
  readonly application: Application;
  readonly event: NotificationEvent;
  /** Id of the event that is told about. */
  readonly eventId: string;
  readonly recipientIds: readonly string[];
  readonly reason?: string | null;
  readonly details?: Notice['details'];
}

/** What a decision does to the booking. Implemented by the bookings, who own their life; approvals only decide. */
export abstract class Applications {
  /** @throws Refusal NOT_FOUND */
  abstract lock(tx: Tx, bookingId: string): Promise<Application>;

  /** As they are, to be looked at; nothing is locked. */
  abstract readMany(tx: Tx, bookingIds: readonly string[]): Promise<Application[]>;

  /**
   * Can it still be approved: has it not begun, is the place still let out, does it have its time, may the applicant apply?
   * @throws Refusal BOOKING_STARTED, APPROVAL_IMPOSSIBLE, PROCESSING_RESTRICTED
   */
  abstract requirePossible(tx: Tx, application: Application): Promise<void>;

  /** @throws Refusal INVALID_STATE */
  abstract approve(tx: Tx, application: Application, reason: string | null): Promise<void>;

  /** @throws Refusal INVALID_STATE */
  abstract reject(tx: Tx, application: Application, reasonCode: string, reason: string): Promise<void>;

  /**
   * Gives a rejected booking its time back and approves it.
   * @throws Refusal SLOT_CONFLICT, APPROVAL_IMPOSSIBLE
   */
  abstract reinstate(tx: Tx, application: Application, reason: string | null): Promise<void>;

  abstract tell(tx: Tx, tellings: readonly Telling[]): Promise<void>;
}
