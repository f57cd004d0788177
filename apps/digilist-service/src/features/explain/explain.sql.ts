import { statement } from '@kit/service';
import type { Occupant } from './domain/occupation.js';

const minute = (column: string, round: 'floor' | 'ceil') => `${round}(extract(epoch FROM ${column}) / 60)::integer`;

/**
 * $1 tenant · $2 atoms · $3 and $4 from when until when, buffers included · $5 hold that does not count. Plain comparisons:
 * && would lose its index under row-level security. A hold that has run out is free.
 */
export const READ_OCCUPANTS = statement(
  'read-occupants',
  `SELECT a.atom_id AS "atomId", ${minute('a.starts_at', 'floor')} AS "from", ${minute('a.ends_at', 'ceil')} AS until,
     a.buffer, a.quantity, a.kind, a.booking_id AS "bookingId", a.hold_id AS "holdId", a.block_id AS "blockId",
     coalesce(b.user_id, h.user_id) AS "userId", b.on_behalf_of_org_id AS "onBehalfOfOrgId"
   FROM digilist.allocations a
   LEFT JOIN digilist.bookings b ON b.tenant_id = $1 AND b.id = a.booking_id
   LEFT JOIN digilist.holds h ON h.tenant_id = $1 AND h.id = a.hold_id
   WHERE a.tenant_id = $1 AND a.atom_id = ANY ($2::uuid[]) AND a.active
     AND a.starts_at > $3::timestamptz - interval '401 days' AND a.starts_at < $4 AND a.ends_at > $3
     AND (a.expires_at IS NULL OR a.expires_at > now()) AND ($5::uuid IS NULL OR a.hold_id IS DISTINCT FROM $5)
   ORDER BY a.starts_at, a.id`,
);
export type OccupantRow = Occupant & Record<string, unknown>;
