import type { BookingStatus, CancelledBy, PaymentPolicy, RefundCause, RefundStep } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';

const HOUR_MS = 3_600_000;

/** What is given back by a cancellation at some instant. */
export interface Terms {
  readonly percent: number;
  readonly fee: number;
  /** Until when (included) it stays like this; null: it does not get worse. */
  readonly until: Date | null;
}

export const IN_FULL: Terms = { percent: 100, fee: 0, until: null };

/** Hours are 3 600 seconds each, whatever the clocks on the wall do between now and then. */
export function termsAt(ladder: readonly RefundStep[], startsAt: Date, now: Date): Terms {
  const left = startsAt.getTime() - now.getTime();
  const step = ladder.find(({ hours, moreThan }) => (moreThan ? left > hours * HOUR_MS : left >= hours * HOUR_MS));
  if (!step) return { percent: 0, fee: 0, until: null };
  const { percent, fee, hours } = step;
  return { percent, fee, until: new Date(startsAt.getTime() - hours * HOUR_MS) };
}

/** A time that a booker gave up for another. */
export interface Move {
  readonly startsAt: Date;
  readonly at: Date;
}

/** The terms of now, or of a move where those were worse: nobody gets more by moving out of the way first. */
export function termsAfter(moves: readonly Move[], ladder: readonly RefundStep[], startsAt: Date, now: Date): Terms {
  const terms = [termsAt(ladder, startsAt, now), ...moves.map((move) => termsAt(ladder, move.startsAt, move.at))];
  return terms.reduce((worst, each) =>
    each.percent < worst.percent || (each.percent === worst.percent && each.fee > worst.fee)
      ? { ...each, until: null }
      : worst,
  );
}

/** What of an amount is given back, rounded half up to the minor unit; never more than it, never less than nothing. */
export const refundOf = (amount: number, { percent, fee }: Pick<Terms, 'percent' | 'fee'>): number =>
  Math.max(0, Math.floor((amount * percent + 50) / 100) - fee);

/** How a booking came to its end. */
export interface Ending {
  readonly to: 'cancelled' | 'rejected' | 'expired';
  /** Of a cancellation. */
  readonly by: CancelledBy | null;
  /** Status before. */
  readonly from: BookingStatus;
}

export interface Settled {
  readonly cause: Extract<RefundCause, 'cancelled' | 'called_off' | 'rejected' | 'expired'>;
  readonly percent: number;
  readonly fee: number;
  readonly refund: number;
  /** Of what was paid, or owed still of what is invoiced. */
  readonly kept: number;
}

/**
 * What becomes of the money of a booking that ends. The ladder counts for who cancels what is confirmed; whatever the
 * owner of the place ends, and what was never granted, costs nothing.
 */
export function settle(
  ending: Ending,
  booking: { readonly paymentPolicy: PaymentPolicy; readonly total: number; readonly startsAt: Date },
  moves: readonly Move[],
  /** Paid and not given back yet. */
  paid: number,
  ladder: readonly RefundStep[],
  now: Date,
): Settled {
  const byBooker = ending.to === 'cancelled' && ending.by === 'booker';
  const cause = ending.to === 'cancelled' && !byBooker ? 'called_off' : ending.to;
  const { percent, fee } =
    byBooker && ending.from === 'confirmed' ? termsAfter(moves, ladder, booking.startsAt, now) : IN_FULL;
  const owed = booking.paymentPolicy === 'INVOICE' && ending.from === 'confirmed' ? booking.total : paid;
  const kept = owed - refundOf(owed, { percent, fee });
  return { cause, percent, fee, kept, refund: Math.max(0, paid - kept) };
}

/** What is wrong with a ladder: who has more time left must come first, and nobody be worse off by being early. */
export function ladderProblems(steps: readonly RefundStep[]): FieldError[] {
  return steps.flatMap((step, at) => {
    const above = steps[at - 1];
    if (!above) return [];
    const path = `steps.${at}.`;
    const sooner =
      step.hours < above.hours || (step.hours === above.hours && above.moreThan === true && step.moreThan !== true);
    return [
      ...(sooner ? [] : [{ path: `${path}hours`, code: 'ORDER', message: 'Steps go from the most hours down.' }]),
      ...(step.percent <= above.percent
        ? []
        : [{ path: `${path}percent`, code: 'RISES', message: 'Nobody gets more by cancelling later.' }]),
    ];
  });
}
