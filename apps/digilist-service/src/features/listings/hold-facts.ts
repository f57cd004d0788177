import { type HoldFact, type HoldStatus, holdReleased } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { iso } from '../../database/shapes.js';

/** A hold, known well enough to tell others. */
export interface TellableHold {
  id: string;
  status: HoldStatus;
  listingId: string;
  zoneId: string;
  orgId: string;
  userId: string;
  startsAt: string;
  endsAt: string;
  quantity: number;
  expiresAt: string;
  version: number;
}

/** Hold `h` as a TellableHold. */
export const TELLABLE_HOLD = `h.id, h.status, h.listing_id AS "listingId", h.zone_id AS "zoneId", h.org_id AS "orgId",
  h.user_id AS "userId", ${iso('h.starts_at')} AS "startsAt", ${iso('h.ends_at')} AS "endsAt", h.quantity,
  ${iso('h.expires_at')} AS "expiresAt", h.version`;

/** A fact about a hold, for the outbox. */
export const holdFact = (hold: TellableHold): { id: string; version: number; data: HoldFact } => {
  const { id, version, status, listingId, zoneId, orgId, userId, startsAt, endsAt, quantity, expiresAt } = hold;
  return {
    id,
    version,
    data: { holdId: id, status, listingId, zoneId, orgId, userId, startsAt, endsAt, quantity, expiresAt },
  };
};

/** Tells that holds gave time back, all of it or what a booking left. */
export function tellReleased(tx: Tx, holds: readonly TellableHold[]): void {
  for (const hold of holds) tx.emit(holdReleased, holdFact(hold));
}
