import { statement } from '@kit/service';
import { wallTime, weekdayNames, weekdayNumbers } from '../../database/shapes.js';

export const LIST_PRICING_GROUPS = statement(
  'list-pricing-groups',
  `SELECT id, key, name, discount_basis_points AS "discountBasisPoints", vat_exempt AS "vatExempt",
     requires_verification AS "requiresVerification", organization_kinds AS "organizationKinds", version
   FROM digilist.pricing_groups WHERE tenant_id = $1 AND status = 'active' ORDER BY position, id`,
);

export const LIST_PRICING_RULES = statement(
  'list-pricing-rules',
  `SELECT json_strip_nulls(json_build_object('id', p.id, 'zoneId', p.zone_id, 'kind', p.kind, 'key', p.key, 'name', p.name,
     'unit', p.unit, 'amount', json_build_object('amount', p.amount, 'currency', p.currency), 'vatBasisPoints', p.vat_basis_points,
     'priority', p.priority, 'weekdays', ${weekdayNames('p.weekdays')},
     'fromTime', ${wallTime('p.from_time')}, 'toTime', ${wallTime('p.to_time')}, 'firstDate', p.first_date, 'lastDate', p.last_date,
     'version', p.version)) AS rule
   FROM digilist.pricing_rules p
   WHERE p.tenant_id = $1 AND p.org_id = $2 AND p.listing_id = $3 AND p.status = 'active' ORDER BY p.id`,
);

/** Rules that are not named any more. $4 ids that stay, $5 actor. */
export const RETIRE_PRICING_RULES = statement(
  'retire-pricing-rules',
  `UPDATE digilist.pricing_rules SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $5
   WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3 AND status = 'active' AND id <> ALL ($4::uuid[])`,
);

/** $4 the rules as the contract has them, each with an id, $5 actor. A rule that did not change keeps its version. */
export const PUT_PRICING_RULES = statement(
  'put-pricing-rules',
  `INSERT INTO digilist.pricing_rules AS p (tenant_id, org_id, listing_id, id, zone_id, kind, key, name, unit, amount, currency,
     vat_basis_points, priority, weekdays, from_time, to_time, first_date, last_date, created_by, updated_by)
   SELECT $1, $2, $3, r.id, r."zoneId", coalesce(r.kind, 'period'), r.key, r.name, r.unit, (r.amount ->> 'amount')::bigint,
     r.amount ->> 'currency', coalesce(r."vatBasisPoints", 2500), coalesce(r.priority, 0),
     ${weekdayNumbers('r.weekdays')},
     r."fromTime", r."toTime", r."firstDate", r."lastDate", $5, $5
   FROM jsonb_to_recordset($4::jsonb) r (id uuid, "zoneId" uuid, kind text, key text, name jsonb, unit text, amount jsonb,
     "vatBasisPoints" integer, priority integer, weekdays jsonb, "fromTime" time, "toTime" time, "firstDate" date, "lastDate" date)
   ON CONFLICT (tenant_id, id) DO UPDATE SET zone_id = excluded.zone_id, kind = excluded.kind, key = excluded.key, name = excluded.name,
     unit = excluded.unit, amount = excluded.amount, currency = excluded.currency, vat_basis_points = excluded.vat_basis_points,
     priority = excluded.priority, weekdays = excluded.weekdays, from_time = excluded.from_time, to_time = excluded.to_time,
     first_date = excluded.first_date, last_date = excluded.last_date,
     version = p.version + 1, updated_at = now(), updated_by = excluded.updated_by
   WHERE p.listing_id = $3 AND p.status = 'active' AND
     (p.zone_id, p.kind, p.key, p.name, p.unit, p.amount, p.currency, p.vat_basis_points, p.priority, p.weekdays, p.from_time,
       p.to_time, p.first_date, p.last_date) IS DISTINCT FROM
     (excluded.zone_id, excluded.kind, excluded.key, excluded.name, excluded.unit, excluded.amount, excluded.currency,
       excluded.vat_basis_points, excluded.priority, excluded.weekdays, excluded.from_time, excluded.to_time,
       excluded.first_date, excluded.last_date)`,
);

/** Which of the rules ($4) and zones ($5) that a request names are not this listing's. */
export const FOREIGN_TO_LISTING = statement(
  'foreign-to-listing',
  `SELECT ARRAY(SELECT i.id::text FROM unnest($4::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM digilist.pricing_rules p
       WHERE p.tenant_id = $1 AND p.org_id = $2 AND p.listing_id = $3 AND p.id = i.id AND p.status = 'active')) AS rules,
     ARRAY(SELECT i.id::text FROM unnest($5::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM digilist.zones z
       WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.id = i.id AND z.status = 'active')) AS zones`,
);

export const INSERT_QUOTE = statement(
  'insert-quote',
  `INSERT INTO digilist.quotes (tenant_id, id, listing_id, zone_id, user_id, starts_at, ends_at, quantity, pricing_group, discount_code,
     currency, net, vat, total, lines, expires_at, on_behalf_of_org_id, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $5)`,
);
