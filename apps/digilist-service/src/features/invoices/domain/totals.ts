import type { VatCategory } from '@digilist/contracts';

export interface AmountsByVat {
  readonly vatCategory: VatCategory;
  readonly vatBasisPoints: number;
  readonly net: number;
  readonly vat: number;
}

export interface Totals {
  readonly net: number;
  readonly vat: number;
  readonly total: number;
}

export function totalsOf(lines: readonly Pick<AmountsByVat, 'net' | 'vat'>[]): Totals {
  const net = lines.reduce((sum, line) => sum + line.net, 0);
  const vat = lines.reduce((sum, line) => sum + line.vat, 0);
  return { net, vat, total: net + vat };
}

/** The sums of the lines by category and rate, highest rate first. */
export function byVat(lines: readonly AmountsByVat[]): AmountsByVat[] {
  const sums = new Map<string, AmountsByVat>();
  for (const { vatCategory, vatBasisPoints, net, vat } of lines) {
    const key = `${vatCategory} ${vatBasisPoints}`;
    const sum = sums.get(key) ?? { vatCategory, vatBasisPoints, net: 0, vat: 0 };
    sums.set(key, { ...sum, net: sum.net + net, vat: sum.vat + vat });
  }
  return [...sums.values()].sort((a, b) => b.vatBasisPoints - a.vatBasisPoints);
}

/**
 * Bookings that one invoice holds at most. VAT is rounded per booking and rate, so the VAT of an invoice may differ from
 * its rate by half an øre (of what is kept: by less than one) for each; EN 16931 takes less than a krone.
 */
export const BOOKINGS_PER_INVOICE = 100;
