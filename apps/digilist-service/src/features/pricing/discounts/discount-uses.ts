import { DISCOUNT_CODE_INVALID } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { Place } from '../../listings/index.js';
import {
  COUNT_AGAIN,
  COUNT_OWN_USES,
  GIVE_BACK_USES,
  LOCK_CODES_OF,
  USED_DISCOUNT,
  type UsedDiscount,
} from './discounts.sql.js';

/** What the statement that writes a use answers. */
export interface Counted extends Record<string, unknown> {
  discounted: boolean;
  usesPerPerson: number | null;
}

/**
 * Asked after a use was written, and so while the code is locked: of two bookings of one person at once the second one
 * counts the first.
 *
 * @throws Refusal DISCOUNT_CODE_INVALID where it was used up after it was read, or by this person alone
 */
export async function requireCounted(tx: Tx, code: string, userId: string, counted: Counted): Promise<void> {
  const { discounted, usesPerPerson: most } = counted;
  if (!discounted) throw new Refusal(DISCOUNT_CODE_INVALID, { details: { reason: 'NOT_USABLE' } });
  if (most === null) return;
  const { uses } = await tx.one<{ uses: number }>(COUNT_OWN_USES, [tx.tenantId, code, userId]);
  if (uses > most) throw new Refusal(DISCOUNT_CODE_INVALID, { details: { reason: 'USED_BY_PERSON', most } });
}

/** A code that was used already is still had by who used it, whether or not it could be used today. */
export async function withUsedDiscount(tx: Tx, place: Place, usedCode: string | null): Promise<Place> {
  if (usedCode === null) return place;
  const [discount] = await tx.query<UsedDiscount>(USED_DISCOUNT, [tx.tenantId, usedCode]);
  return { ...place, discount: discount ?? null };
}

/**
 * Whoever could not use what they booked may use their code again: when a booking expires, is rejected, or is called off
 * by who owns the place; of a series, when that happened to the last of its dates. Gives back each use once, however often
 * it is called; what used no code is passed over.
 */
export async function giveBackDiscounts(tx: Tx, bookingIds: readonly string[]): Promise<void> {
  if (bookingIds.length === 0) return;
  await tx.query(LOCK_CODES_OF, [tx.tenantId, bookingIds]);
  await tx.query(GIVE_BACK_USES, [tx.tenantId, bookingIds, tx.actorId]);
}

/** For a booking that is back. Answers whether its use counts again; if none is left, its price stays what was agreed. */
export async function countDiscountAgain(tx: Tx, bookingId: string): Promise<boolean> {
  await tx.query(LOCK_CODES_OF, [tx.tenantId, [bookingId]]);
  const { counted } = await tx.one<{ counted: boolean }>(COUNT_AGAIN, [tx.tenantId, [bookingId], tx.actorId]);
  return counted;
}
