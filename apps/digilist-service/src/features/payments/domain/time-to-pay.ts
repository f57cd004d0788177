const PAYMENT_MS = 30 * 60_000;
/** A hold outlives the payment that relies on it by this: for what the provider says a little late. */
const MARGIN_MS = 5 * 60_000;

/**
 * Until when bookings can be paid, and until when they are held for it: never past the start of the first. Where that is
 * close there is no margin, and what is paid too late is given back.
 */
export function timeToPay(startsAt: readonly Date[], now: Date): { expiresAt: Date; holdUntil: Date } {
  const first = Math.min(...startsAt.map((date) => date.getTime()));
  const holdUntil = Math.min(now.getTime() + PAYMENT_MS + MARGIN_MS, first);
  const withMargin = holdUntil - MARGIN_MS;
  const expiresAt = withMargin - now.getTime() >= MARGIN_MS ? withMargin : holdUntil;
  return { expiresAt: new Date(expiresAt), holdUntil: new Date(holdUntil) };
}
