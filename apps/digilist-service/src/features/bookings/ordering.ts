import type { TimeWanted } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { Place } from '../listings/index.js';
import { bookerFacts, type RuledBooker } from '../rules/index.js';
import { groundOf, type Order, orderAt, spanOf, type Wish } from './domain/order.js';

/**
 * Decides on a wish for one time, with everything but the calendar.
 *
 * @param except bookings that are moved or replaced, and so don't count for quotas
 * @throws Refusal with the first thing that makes the wish impossible; broken rules all together
 */
export async function takeOrder(
  tx: Tx,
  wish: Wish & TimeWanted,
  place: Place,
  booker: RuledBooker,
  locale: Locale,
  except: readonly string[] = [],
): Promise<Order> {
  const span = spanOf(wish, place.listing);
  const ground = groundOf(wish, place, booker.behalf);
  const facts = await bookerFacts(tx, place.listing, booker, [span], except);
  return orderAt(ground, span, facts, tx.now, locale);
}
