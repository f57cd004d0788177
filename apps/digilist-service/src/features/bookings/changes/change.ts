import type { ApprovalConditionKind, BookingApproval, BookingStatus } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import type { LockedBooking } from '../bookings.sql.js';
import { type Decisions, NOBODY_DECIDES, type Proposal, type QueueEntry } from '../decisions.js';
import { holdUntil, statusOnChange } from '../domain/lifecycle.js';

/** What a change makes of a booking besides what was changed. */
export interface Change {
  readonly status: BookingStatus;
  readonly goesToQueue: boolean;
  readonly expiresAt: Date | null;
  readonly approval: BookingApproval;
  readonly queue: QueueEntry;
}

/** Who has to decide about a booking as it is to be, by the workflow of today. */
export async function changeOf(
  tx: Tx,
  decisions: Decisions,
  booking: LockedBooking,
  proposal: Omit<Proposal, 'recurring'>,
): Promise<Change> {
  const { status: before, expiresAt, paymentPolicy } = booking;
  if (before === 'draft') return unchanged(booking);
  const { approval, queueAs } = await decisions.about(tx, {
    ...proposal,
    recurring: booking.recurringBookingId !== null,
  });
  const status = statusOnChange(before, { paymentPolicy, needsApproval: approval.required, total: proposal.total });
  // Who waits for a decision that is not needed any more goes on waiting for it, with the reasons it was asked for.
  if (status === 'awaiting_approval' && !approval.required) return unchanged(booking);
  return {
    status,
    goesToQueue: status === 'awaiting_approval' && before !== 'awaiting_approval',
    // Nobody holds a time for longer by moving it.
    expiresAt: status === before ? expiresAt : holdUntil(status, tx.now),
    approval,
    queue: queueAs(status),
  };
}

/** What a change makes of a booking about which nobody has to be asked. */
export const unchanged = ({ status, expiresAt, approval }: LockedBooking): Change => ({
  status,
  goesToQueue: false,
  expiresAt,
  approval,
  queue: NOBODY_DECIDES,
});

/** Whether somebody has to decide because of a condition that was not met before, or not as much. */
export function newlyAsked(now: BookingApproval, before: BookingApproval, condition: ApprovalConditionKind): boolean {
  const met = ({ reasons }: BookingApproval) =>
    reasons.filter((reason) => reason.condition === condition).map((reason) => JSON.stringify(reason));
  const known = new Set(met(before));
  return now.required && met(now).some((reason) => !known.has(reason));
}
