import { ListOf, Money, Nested, NOT_FOUND, permission, Text, Texts, Whole } from '@kit/contracts';
import { BookingId } from './bookings.js';
import { operation } from './context.js';

/** What was charged at one rate of VAT. */
export class VatTotal {
  @Whole({ min: 0, max: 10_000, description: 'Hundredths of a per cent', example: 2500 })
  vatBasisPoints: number;

  @Nested(() => Money)
  net: Money;

  @Nested(() => Money)
  vat: Money;
}

export class PriceExplanation {
  @Texts({
    max: 600,
    length: 1000,
    description: 'One sentence per step, in the language of Accept-Language',
    example: ['2 timer à 300 kr (Kveld, regel v3) = 600 kr.', 'Å betale: 750 kr.'],
  })
  sentences: string[];

  @Text({ max: 100_000, description: 'The same to read aloud' })
  text: string;

  @ListOf(() => VatTotal)
  vat: VatTotal[];

  @Nested(() => Money)
  total: Money;
}

export const explainBookingPrice = operation({
  id: 'explainBookingPrice',
  subject: 'booking.explain-price.v1',
  summary: 'How the price of a booking came about, in sentences',
  http: { method: 'GET', path: '/bookings/{id}/price-explanation' },
  request: BookingId,
  response: PriceExplanation,
  access: permission('digilist.booking.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const priceExplanationOperations = [explainBookingPrice] as const;
