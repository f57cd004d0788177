import type { TimeWanted } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { dateOf, minuteFloor, type Place } from '../listings/index.js';
import { requireQuote } from '../pricing/index.js';
import { bookerFacts, type RuledBooker } from '../rules/index.js';
import {
  type Ground,
  groundOf,
  type Order,
  orderAt,
  priceAt,
  type QuotedPrice,
  type Span,
  spanOf,
  type Wish,
} from './domain/order.js';

/** What is different for a booking that exists already. */
export interface Exceptions {
  /** Bookings that are moved or replaced, and so don't count for quotas. */
  readonly except?: readonly string[];
  /** What goes on from where it began before keeps to the notice of its day. */
  readonly begun?: { readonly at: Date; readonly asOf: Date };
}

/**
 * Decides on a wish for one time, with everything but the calendar.
 *
 * @throws Refusal with the first thing that makes the wish impossible; broken rules all together
 */
export async function takeOrder(
  tx: Tx,
  wish: Wish & TimeWanted,
  place: Place,
  booker: RuledBooker,
  locale: Locale,
  { except = [], begun }: Exceptions = {},
): Promise<Order> {
  const span = spanOf(wish, place.listing);
  const ground = groundOf(wish, place, booker.behalf);
  const facts = await bookerFacts(tx, place.listing, booker, [span], except);
  const goesOn = begun !== undefined && span.from === minuteFloor(begun.at);
  const quoted = wish.quoteId === undefined ? null : await quotedPrice(tx, wish.quoteId, ground, span, booker, locale);
  return orderAt(ground, span, facts, goesOn ? begun.asOf : tx.now, locale, quoted);
}

/** @throws Refusal QUOTE_UNKNOWN, QUOTE_MISMATCH, QUOTE_EXPIRED */
async function quotedPrice(
  tx: Tx,
  quoteId: string,
  ground: Ground,
  span: Span,
  { userId, behalf }: RuledBooker,
  locale: Locale,
): Promise<QuotedPrice> {
  const asked = {
    listingId: ground.listing.id,
    zoneId: ground.zone.id,
    startsAt: dateOf(span.from),
    endsAt: dateOf(span.until),
    quantity: ground.quantity,
    pricingGroup: ground.pricingGroup,
    discountCode: ground.discountCode ?? null,
    onBehalfOfOrgId: behalf?.orgId ?? null,
    addOns: ground.addOns ?? [],
  };
  const price = await requireQuote(tx, quoteId, userId, asked, () => priceAt(ground, span), locale);
  return { quoteId, price };
}
