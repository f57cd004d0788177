import { HOLD_MISMATCH, HOLD_NOT_ACTIVE, HOLD_UNKNOWN } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { statement, type Tx } from '@kit/service';
import { minuteFloor, type TellableHold } from '../listings/index.js';
import type { Order } from './domain/order.js';

/** $1 tenant · $2 hold · $3 user. In the same transaction that could not use it. */
const HOLD_OF_USER = statement(
  'hold-of-user',
  `SELECT h.listing_id AS "listingId", h.zone_id AS "zoneId", h.status = 'active' AND h.expires_at > now() AS active
   FROM digilist.holds h WHERE h.tenant_id = $1 AND h.id = $2 AND h.user_id = $3`,
);

interface HoldOfUser extends Record<string, unknown> {
  listingId: string;
  zoneId: string;
  active: boolean;
}

/** Why a hold could not be used for a booking. One of somebody else answers like one that never was. */
export async function holdRefusal(tx: Tx, holdId: string, userId: string): Promise<Refusal> {
  const [hold] = await tx.query<HoldOfUser>(HOLD_OF_USER, [tx.tenantId, holdId, userId]);
  if (!hold) return new Refusal(HOLD_UNKNOWN);
  if (!hold.active) return new Refusal(HOLD_NOT_ACTIVE);
  return new Refusal(HOLD_MISMATCH, { details: { listingId: hold.listingId, zoneId: hold.zoneId } });
}

/** Could a booking of the zone take over the hold now? */
export async function usableHold(tx: Tx, holdId: string, userId: string, zoneId: string): Promise<boolean> {
  const [hold] = await tx.query<HoldOfUser>(HOLD_OF_USER, [tx.tenantId, holdId, userId]);
  return hold?.active === true && hold.zoneId === zoneId;
}

/** Does a booking that uses a hold take over all of it? What it does not is free. */
export const coversHold = (order: Pick<Order, 'from' | 'until' | 'quantity'>, hold: TellableHold): boolean =>
  order.from <= minuteFloor(Date.parse(hold.startsAt)) &&
  order.until >= minuteFloor(Date.parse(hold.endsAt)) &&
  order.quantity >= hold.quantity;
