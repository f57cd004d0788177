import type { NotificationEvent, NotificationGroup } from '@digilist/contracts';

/** What there is to know about an event before it happens. */
export interface AboutEvent {
  group: NotificationGroup;
  /** Told by email whatever the recipient prefers: what people must not miss. */
  mandatory: boolean;
  /** What its texts may name. */
  placeholders: readonly string[];
  /** What every email about it must name. */
  required: readonly string[];
}

/** The recipient and the municipality. */
const EVERYBODY = ['name', 'tenant'] as const;
const BOOKING = [...EVERYBODY, 'listing', 'place', 'day', 'when', 'total', 'reference', 'reason', 'link'] as const;
const BOOKINGS = [...BOOKING, 'bookings', 'count'] as const;
const APPLICATION = [...BOOKING, 'applicant', 'due'] as const;
const INVOICE = [...EVERYBODY, 'number', 'amount', 'organization', 'link'] as const;

const about = (
  group: NotificationGroup,
  placeholders: readonly string[],
  { mandatory = false, required = [] }: { mandatory?: boolean; required?: readonly string[] } = {},
): AboutEvent => ({ group, placeholders, mandatory, required });

/** `details` of a notice fill the placeholders that the booking does not. */
export const ABOUT_EVENTS: Record<NotificationEvent, AboutEvent> = {
  'booking.requested': about('bookings', [...BOOKING, 'before']),
  'booking.confirmed': about('bookings', BOOKING),
  'booking.approved': about('bookings', BOOKING),
  'booking.rejected': about('bookings', BOOKING, { mandatory: true, required: ['reason'] }),
  'booking.cancelled': about('bookings', BOOKING),
  'booking.called_off': about('bookings', BOOKING, { mandatory: true, required: ['reason'] }),
  'bookings.cancelled': about('bookings', BOOKINGS),
  'bookings.called_off': about('bookings', BOOKINGS, { mandatory: true, required: ['bookings', 'reason'] }),
  'booking.rescheduled': about('bookings', [...BOOKING, 'before']),
  'bookings.confirmed': about('bookings', BOOKINGS),
  'bookings.requested': about('bookings', BOOKINGS),
  'bookings.rescheduled': about('bookings', BOOKINGS),
  'booking.payment_due': about('payments', [...BOOKING, 'amount', 'due'], {
    mandatory: true,
    required: ['due', 'link'],
  }),
  'booking.expired': about('bookings', BOOKING),
  'booking.reminder': about('reminders', BOOKING),
  'approval.requested': about('approvals', APPLICATION),
  'approval.assigned': about('approvals', APPLICATION),
  'approval.clarification': about('approvals', [...BOOKING, 'question', 'due'], { required: ['question'] }),
  'approval.clarified': about('approvals', [...APPLICATION, 'answer']),
  'approval.escalated': about('approvals', APPLICATION),
  'approval.appealed': about('approvals', APPLICATION),
  'payment.received': about('payments', [...BOOKINGS, 'amount', 'vat', 'method', 'receipt'], {
    mandatory: true,
    required: ['amount'],
  }),
  'payment.failed': about('payments', [...BOOKINGS, 'amount', 'due']),
  'payment.refunded': about('payments', [...BOOKINGS, 'amount'], { mandatory: true, required: ['amount'] }),
  'payment.reconciliation': about('payments', [...BOOKINGS, 'amount']),
  'invoice.issued': about('invoices', [...INVOICE, 'due', 'account', 'kid'], {
    mandatory: true,
    required: ['number', 'amount', 'due'],
  }),
  'invoice.credited': about('invoices', [...INVOICE, 'invoice', 'reason'], {
    mandatory: true,
    required: ['number', 'amount'],
  }),
  'verification.decided': about('approvals', [...EVERYBODY, 'organization', 'outcome', 'group', 'reason', 'link'], {
    required: ['outcome'],
  }),
};
