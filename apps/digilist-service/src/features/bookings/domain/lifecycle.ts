import { BOOKING_STATUSES, type BookingStatus, type PaymentPolicy } from '@digilist/contracts';

/** The life of a booking as data: from each status, where it may go next. Nothing else decides about a transition. */
export const TRANSITIONS: Readonly<Record<BookingStatus, readonly BookingStatus[]>> = {
  draft: ['pending', 'cancelled', 'expired'],
  pending: ['awaiting_payment', 'awaiting_approval', 'confirmed', 'cancelled', 'expired'],
  awaiting_payment: ['awaiting_approval', 'confirmed', 'cancelled', 'expired'],
  awaiting_approval: ['awaiting_payment', 'confirmed', 'rejected', 'cancelled', 'expired'],
  // A reschedule that needs a decision sends a confirmed booking back to the queue.
  confirmed: ['completed', 'cancelled', 'no_show', 'awaiting_approval'],
  // An appeal that is upheld sends a rejected booking back to the queue, whether or not it was paid back meanwhile.
  rejected: ['refunded', 'awaiting_approval'],
  cancelled: ['refunded'],
  completed: [],
  no_show: [],
  refunded: ['awaiting_approval'],
  expired: [],
};

/** Statuses in which a booking occupies its atoms. A draft holds nothing. */
export const HOLDING: readonly BookingStatus[] = ['pending', 'awaiting_payment', 'awaiting_approval', 'confirmed'];

export const HOLD_MINUTES = 15;
/** How long an approved booking waits to be paid. */
export const HOURS_TO_PAY_AFTER_APPROVAL = 72;
export const DRAFT_DAYS = 30;

/** Minutes after which a status ends by itself; in the others a booking stays until somebody does something. */
const ENDS_AFTER: Readonly<Partial<Record<BookingStatus, number>>> = {
  draft: DRAFT_DAYS * 24 * 60,
  awaiting_payment: HOLD_MINUTES,
};

/** Statuses that end by themselves. */
export const EXPIRING = Object.keys(ENDS_AFTER) as BookingStatus[];

export const mayBecome = (from: BookingStatus, to: BookingStatus): boolean => TRANSITIONS[from].includes(to);

export const holds = (status: BookingStatus): boolean => HOLDING.includes(status);

export const isFinal = (status: BookingStatus): boolean => TRANSITIONS[status].length === 0;

export interface Standing {
  paymentPolicy: PaymentPolicy;
  needsApproval: boolean;
  /** What is to be paid, in øre. Nothing to pay means nothing to wait for. */
  total: number;
}

/** Status after submission: what the listing's payment policy and the approval workflow ask for first. */
export function statusOnSubmit({ paymentPolicy, needsApproval, total }: Standing): BookingStatus {
  const mustPay = total > 0 && PAID_AHEAD[paymentPolicy];
  if (mustPay && paymentPolicy === 'PAY_THEN_APPROVE') return 'awaiting_payment';
  if (needsApproval) return 'awaiting_approval';
  return mustPay ? 'awaiting_payment' : 'confirmed';
}

/** Status after an approval: paid already, or to be paid now, or nothing left to wait for. `total`: what is not paid yet. */
export function statusOnApproval({ paymentPolicy, total }: Omit<Standing, 'needsApproval'>): BookingStatus {
  const paysNow = total > 0 && PAID_AHEAD[paymentPolicy] && paymentPolicy !== 'PAY_THEN_APPROVE';
  return paysNow ? 'awaiting_payment' : 'confirmed';
}

/** Status after a payment: what is paid ahead of a decision waits for that now. */
export const statusOnPayment = ({
  paymentPolicy,
  needsApproval,
}: Omit<Standing, 'total'>): Extract<BookingStatus, 'awaiting_approval' | 'confirmed'> =>
  paymentPolicy === 'PAY_THEN_APPROVE' && needsApproval ? 'awaiting_approval' : 'confirmed';

/** Until when an approved booking can be paid: three days, but not past its start. */
export const payableUntil = (startsAt: Date, now: Date): Date =>
  new Date(Math.min(startsAt.getTime(), now.getTime() + HOURS_TO_PAY_AFTER_APPROVAL * 3_600_000));

/** Policies under which money must have come in before the booking is confirmed. */
const PAID_AHEAD: Readonly<Record<PaymentPolicy, boolean>> = {
  FREE: false,
  INVOICE: false,
  PAY_AND_CONFIRM: true,
  APPROVE_THEN_PAY: true,
  PAY_THEN_APPROVE: true,
};

/**
 * Status of a booking that was changed: what needs a decision goes (back) to the queue, what waits for one goes on
 * waiting, and where there is nothing to pay any more nothing is waited for.
 */
export function statusOnChange(status: BookingStatus, standing: Standing): BookingStatus {
  if (status === 'confirmed') return standing.needsApproval ? 'awaiting_approval' : 'confirmed';
  return status === 'awaiting_payment' ? statusOnSubmit(standing) : status;
}

/**
 * From when on the calendar is free again of a booking that gets this status now: '-infinity' is all of it, null none.
 * What was carried out keeps its time, as the calendar of what has been; of a no-show the rest is free, from the next
 * whole minute.
 */
export function freeFrom(status: BookingStatus, now: Date): string | null {
  if (holds(status) || status === 'completed') return null;
  if (status !== 'no_show') return '-infinity';
  return new Date(Math.ceil(now.getTime() / 60_000) * 60_000).toISOString();
}

/** When a booking that gets this status now ends by itself. A hold never ends before the status that relies on it. */
export function holdUntil(status: BookingStatus, now: Date): Date | null {
  const minutes = ENDS_AFTER[status];
  return minutes === undefined ? null : new Date(now.getTime() + minutes * 60_000);
}

export type Obstacle = 'INVALID_STATE' | 'BOOKING_STARTED' | 'BOOKING_NOT_STARTED' | 'BOOKING_NOT_OVER';

export interface Standpoint {
  status: BookingStatus;
  startsAt: Date;
  endsAt: Date;
  /** When it ends by itself. */
  expiresAt: Date | null;
}

/** Why this booking cannot be cancelled now. What has begun is completed or a no-show, but staff may still call it off. */
export function obstacleToCancel(
  { status, startsAt }: Pick<Standpoint, 'status' | 'startsAt'>,
  now: Date,
  asStaff: boolean,
): Obstacle | null {
  if (!mayBecome(status, 'cancelled')) return 'INVALID_STATE';
  return !asStaff && holds(status) && startsAt <= now ? 'BOOKING_STARTED' : null;
}

/** Why this booking cannot be moved or updated now. A hold that has run out is nobody's any more. */
export function obstacleToChange(
  { status, startsAt, expiresAt }: Standpoint,
  now: Date,
  asStaff: boolean,
): Obstacle | null {
  if (!holds(status) && status !== 'draft') return 'INVALID_STATE';
  if (expiresAt !== null && expiresAt <= now) return 'INVALID_STATE';
  return !asStaff && holds(status) && startsAt <= now ? 'BOOKING_STARTED' : null;
}

/** Why this booking cannot be brought to that end now. */
export function obstacleToEnd(
  { status, startsAt, endsAt }: Pick<Standpoint, 'status' | 'startsAt' | 'endsAt'>,
  end: 'completed' | 'no_show',
  now: Date,
): Obstacle | null {
  if (!mayBecome(status, end)) return 'INVALID_STATE';
  if (end === 'no_show') return startsAt > now ? 'BOOKING_NOT_STARTED' : null;
  return endsAt > now ? 'BOOKING_NOT_OVER' : null;
}

/** Faults of a transition table: statuses nobody reaches, targets nobody knows, lives without an end. Empty when sound. */
export function faultsOf(table: Readonly<Record<string, readonly string[]>>, start: string): string[] {
  const faults: string[] = [];
  const known = new Set(Object.keys(table));
  for (const [from, targets] of Object.entries(table)) {
    for (const to of targets) {
      if (!known.has(to)) faults.push(`${from} leads to the unknown status ${to}`);
      if (to === from) faults.push(`${from} leads to itself`);
    }
    if (new Set(targets).size !== targets.length) faults.push(`${from} names a target twice`);
  }
  const reached = reachableFrom(table, start);
  for (const status of known) {
    if (!reached.has(status)) faults.push(`${status} is never reached from ${start}`);
    const ends = [...reachableFrom(table, status)].some((later) => table[later]?.length === 0);
    if (!ends) faults.push(`${status} leads to no final status`);
  }
  return faults;
}

function reachableFrom(table: Readonly<Record<string, readonly string[]>>, start: string): Set<string> {
  const reached = new Set([start]);
  for (const status of reached) for (const next of table[status] ?? []) reached.add(next);
  return reached;
}

const faults = faultsOf(TRANSITIONS, 'draft');
if (faults.length > 0 || Object.keys(TRANSITIONS).length !== BOOKING_STATUSES.length) {
  throw new Error(`the transitions of a booking are not sound: ${faults.join('; ')}`);
}
