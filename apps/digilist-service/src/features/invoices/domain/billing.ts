import type { BookingStatus, PaymentPolicy, UnbilledReason, VatCategory, ZeroRate } from '@digilist/contracts';
import { shareOf, type VatPart, vatPartsOf } from '../../ledger/index.js';
import { kidOf } from './check-digits.js';
import type { Seller } from './seller.js';

interface Amount {
  readonly amount: number;
}

/** A booking as far as billing it goes. */
export interface Billable {
  readonly id: string;
  readonly orgId: string;
  readonly status: BookingStatus;
  readonly paymentPolicy: PaymentPolicy;
  readonly total: number;
  readonly currency: string;
  /** What is kept of one that was called off, VAT included. */
  readonly kept: number;
  readonly billed: boolean;
  readonly priceLines: readonly { readonly vatBasisPoints: number; readonly net: Amount; readonly vat: Amount }[];
}

const GOING_AHEAD: readonly BookingStatus[] = ['confirmed', 'completed', 'no_show'];

/** What the buyer owes for a booking: its price, or what is kept of it. */
export const owedFor = ({ status, total, kept }: Pick<Billable, 'status' | 'total' | 'kept'>): number =>
  GOING_AHEAD.includes(status) ? total : kept;

export type NotBillable = 'not_by_invoice' | 'nothing_owed' | 'billed_already';

export function whyNotBillable(booking: Billable): NotBillable | null {
  if (booking.paymentPolicy !== 'INVOICE') return 'not_by_invoice';
  if (booking.billed) return 'billed_already';
  return owedFor(booking) > 0 ? null : 'nothing_owed';
}

/**
 * What is owed for a booking by rate of VAT, as it was agreed: pricing rounds VAT once per booking and rate, and invoices
 * take that over, so that an invoice says to the øre what its bookings said.
 */
export const owedParts = (booking: Billable): VatPart[] =>
  shareOf(vatPartsOf(booking.priceLines), 0, owedFor(booking)).filter(({ net, vat }) => net + vat > 0);

const CATEGORY_OF_ZERO: Record<ZeroRate, VatCategory> = { exempt: 'E', zero_rated: 'Z' };

/** Who is not registered for VAT sells outside of it. */
export function categoryOf(vatBasisPoints: number, { vatRegistered, zeroRate }: Seller): VatCategory {
  if (vatBasisPoints > 0) return 'S';
  return vatRegistered ? CATEGORY_OF_ZERO[zeroRate] : 'O';
}

/** What keeps a seller from issuing the next invoice. */
export function problemOf(seller: Seller | null, withVat: boolean, nextNumber: number): UnbilledReason | null {
  if (!seller) return 'seller_missing';
  if (withVat && !seller.vatRegistered) return 'seller_not_registered_for_vat';
  return kidOf(nextNumber, seller.kidLength, seller.kidAlgorithm) === null ? 'kid_too_short' : null;
}
