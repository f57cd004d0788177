import { statement } from '@kit/service';

/**
 * $1 tenant · $2 actor · of the entries: $3 ids · $4 organizations · $5 kinds · $6 sources · $7 currencies · of the lines:
 * $8 entries · $9 accounts · $10 rates · $11 amounts · $12 bookings
 */
export const WRITE_LEDGER = statement(
  'write-ledger',
  `WITH entries AS (
     INSERT INTO digilist.ledger_entries (tenant_id, id, org_id, kind, source_id, currency, created_by)
     SELECT $1, e.id, e.org_id, e.kind, e.source_id, e.currency, $2
     FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[]) e (id, org_id, kind, source_id, currency)
   )
   INSERT INTO digilist.ledger_lines (tenant_id, entry_id, account, vat_basis_points, amount, booking_id, created_by)
   SELECT $1, l.entry_id, l.account, l.rate, l.amount, l.booking_id, $2
   FROM unnest($8::uuid[], $9::text[], $10::integer[], $11::bigint[], $12::uuid[]) l (entry_id, account, rate, amount, booking_id)`,
);
