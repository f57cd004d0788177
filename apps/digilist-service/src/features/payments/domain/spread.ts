/** What a booking has of one payment. */
export interface Share {
  readonly paymentId: string;
  readonly paid: number;
  /** Given back or about to be. */
  readonly promised: number;
}

export interface Portion {
  readonly paymentId: string;
  readonly amount: number;
  /** What of the share was promised before. */
  readonly from: number;
}

/** What each payment gives back of an amount, the last one first. @throws when they have not so much left */
export function spread(shares: readonly Share[], amount: number): Portion[] {
  let left = amount;
  const portions = [...shares].reverse().flatMap(({ paymentId, paid, promised }) => {
    const portion = Math.min(left, paid - promised);
    left -= portion;
    return portion > 0 ? [{ paymentId, amount: portion, from: promised }] : [];
  });
  if (left > 0) throw new Error(`there is ${left} less than what is to be given back`);
  return portions;
}
