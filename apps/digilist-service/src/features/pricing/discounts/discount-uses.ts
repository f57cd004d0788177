import { DISCOUNT_CODE_INVALID } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { COUNT_OWN_USES, GIVE_BACK_USES } from './discounts.sql.js';

/**
 * Asked after a use was written, and so while the code is locked: of two bookings of one person at once the second one
 * counts the first.
 *
 * @throws Refusal DISCOUNT_CODE_INVALID
 */
export async function requireUsesLeft(tx: Tx, code: string, userId: string, most: number): Promise<void> {
  const { uses } = await tx.one<{ uses: number }>(COUNT_OWN_USES, [tx.tenantId, code, userId]);
  if (uses > most) throw new Refusal(DISCOUNT_CODE_INVALID, { details: { reason: 'USED_BY_PERSON', most } });
}

/**
 * Whoever could not use what they booked may use their code again: when a booking expires, is rejected, or is called off
 * by who owns the place. Gives back each use once, however often it is called; what used no code is passed over.
 */
export async function giveBackDiscounts(tx: Tx, bookingIds: readonly string[]): Promise<void> {
  if (bookingIds.length > 0) await tx.query(GIVE_BACK_USES, [tx.tenantId, bookingIds, tx.actorId]);
}
