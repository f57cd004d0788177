import type { CalendarBooking } from '@digilist/contracts';
import { statement } from '@kit/service';

/** Plain comparisons on plain columns: under row-level security nothing else can use the index on atom and time. */
const touching = (a: string, edge: string, kind: string) =>
  `SELECT ${a}.booking_id, ${a}.hold_id, ${a}.block_id, ${a}.kind, ${a}.starts_at, ${a}.ends_at, ${a}.atom_id,
     CASE WHEN NOT ${a}.exclusive THEN ${a}.quantity END AS quantity
   FROM digilist.allocations ${a}
   WHERE ${a}.tenant_id = $1 AND ${a}.atom_id = ANY ($2::uuid[]) AND ${a}.active AND ${kind} AND NOT ${a}.buffer
     AND ${a}.starts_at >= $3::timestamptz - interval '${edge}' AND ${a}.starts_at < $4::timestamptz
     AND ${a}.ends_at > $3::timestamptz AND (${a}.expires_at IS NULL OR ${a}.expires_at > now())`;

/**
 * Who has the atoms when: $1 tenant · $2 atoms · $3 and $4 window · $5 caller or null · $6 whether the caller may know who.
 * What is not for everybody leaves the database only for those it is for: a title, too, until somebody has said yes to the
 * booking. A hold that has expired is free.
 */
export const READ_CALENDAR = statement(
  'read-public-calendar',
  `SELECT taken.kind, taken.starts_at AS "startsAt", taken.ends_at AS "endsAt", taken.atoms AS "atomIds", taken.quantity,
     CASE WHEN b.show_in_public_calendar AND ($6 OR b.user_id = $5::uuid OR b.status IN ('confirmed', 'completed')) THEN b.public_title END
       AS title, k.public_note AS note,
     coalesce(b.user_id = $5::uuid, false) AS mine,
     CASE WHEN $6 OR b.user_id = $5::uuid THEN b.id END AS "bookingId",
     CASE WHEN $6 AND b.id IS NOT NULL THEN json_build_object('status', b.status, 'purpose', b.purpose,
       'bookedBy', (SELECT u.name FROM digilist.platform_users u WHERE u.tenant_id = $1 AND u.id = b.user_id),
       'organization', (SELECT o.name FROM digilist.platform_organizations o
         WHERE o.tenant_id = $1 AND o.id = b.on_behalf_of_org_id)) END AS booking
   FROM (
     SELECT each.booking_id, each.block_id, each.kind, each.starts_at, each.ends_at,
       array_agg(DISTINCT each.atom_id) AS atoms, max(each.quantity) AS quantity
     FROM (
       ${touching('s', '1 day', 'NOT s.long_stay')}
       UNION ALL
       ${touching('o', '400 days', 'o.long_stay')}
     ) each
     GROUP BY each.booking_id, each.hold_id, each.block_id, each.kind, each.starts_at, each.ends_at
   ) taken
   LEFT JOIN digilist.bookings b ON b.tenant_id = $1 AND b.id = taken.booking_id
   LEFT JOIN digilist.blocks k ON k.tenant_id = $1 AND k.id = taken.block_id
   ORDER BY taken.starts_at, taken.ends_at, taken.booking_id, taken.block_id`,
);

export interface CalendarRow extends Record<string, unknown> {
  kind: 'BOOKING' | 'SEASONAL' | 'HOLD' | 'BLOCK' | 'MAINTENANCE';
  startsAt: Date;
  endsAt: Date;
  atomIds: string[];
  quantity: number | null;
  title: string | null;
  note: { nb?: string; nn?: string; en?: string } | null;
  mine: boolean;
  bookingId: string | null;
  booking: CalendarBooking | null;
}
