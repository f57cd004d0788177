/** What of an amount is net and what VAT, at one rate. Minor units. */
export interface VatPart {
  readonly vatBasisPoints: number;
  readonly net: number;
  readonly vat: number;
}

interface PricedLine {
  readonly vatBasisPoints: number;
  readonly net: { readonly amount: number };
  readonly vat: { readonly amount: number };
}

/** The lines of a price by rate, highest rate first. */
export function vatPartsOf(lines: readonly PricedLine[]): VatPart[] {
  const byRate = new Map<number, { net: number; vat: number }>();
  for (const { vatBasisPoints, net, vat } of lines) {
    const sum = byRate.get(vatBasisPoints) ?? { net: 0, vat: 0 };
    byRate.set(vatBasisPoints, { net: sum.net + net.amount, vat: sum.vat + vat.amount });
  }
  return [...byRate]
    .map(([vatBasisPoints, sums]) => ({ vatBasisPoints, ...sums }))
    .sort((a, b) => b.vatBasisPoints - a.vatBasisPoints);
}

export const totalOf = (parts: readonly VatPart[]): number => parts.reduce((sum, { net, vat }) => sum + net + vat, 0);

/**
 * The part of a whole that is `to` minus `from` of it, by rate. Shares that follow each other, from nothing to all, add
 * up to the whole to the øre: each is the difference of two that are rounded alike.
 */
export function shareOf(parts: readonly VatPart[], from: number, to: number): VatPart[] {
  const [before, after] = [upTo(parts, from), upTo(parts, to)];
  return parts.map(({ vatBasisPoints }, at) => ({
    vatBasisPoints,
    net: (after[at] as Sums).net - (before[at] as Sums).net,
    vat: (after[at] as Sums).vat - (before[at] as Sums).vat,
  }));
}

interface Sums {
  readonly net: number;
  readonly vat: number;
}

/** The first `amount` of the whole, spread over all rates. What rounding leaves goes to the last. */
function upTo(parts: readonly VatPart[], amount: number): Sums[] {
  const whole = totalOf(parts);
  if (whole === 0) return parts.map(() => ({ net: 0, vat: 0 }));
  const cells = parts.flatMap(({ net, vat }) => [net, vat]);
  const spread: number[] = [];
  let [seen, given] = [0, 0];
  for (const cell of cells) {
    seen += cell;
    const until = scaled(seen, amount, whole);
    spread.push(until - given);
    given = until;
  }
  return parts.map((_, at) => ({ net: spread[2 * at] as number, vat: spread[2 * at + 1] as number }));
}

/** value × amount / whole, rounded half away from nothing; products of sums of money are too large for numbers. */
function scaled(value: number, amount: number, whole: number): number {
  const product = BigInt(value) * BigInt(amount);
  const divisor = BigInt(whole);
  const half = product < 0n === divisor < 0n ? divisor / 2n : -(divisor / 2n);
  return Number((product + half) / divisor);
}
