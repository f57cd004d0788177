import { statement } from '@kit/service';
import { iso, wallTime, weekdayNames, weekdayNumbers } from '../../database/shapes.js';

/** What rule `p` says, with the names of the contract. */
const TERMS = `json_strip_nulls(json_build_object('zoneId', p.zone_id, 'kind', p.kind, 'key', p.key, 'name', p.name,
     'unit', p.unit, 'amount', json_build_object('amount', p.amount, 'currency', p.currency), 'vatBasisPoints', p.vat_basis_points,
     'priority', p.priority, 'weekdays', ${weekdayNames('p.weekdays')},
     'fromTime', ${wallTime('p.from_time')}, 'toTime', ${wallTime('p.to_time')}, 'firstDate', p.first_date, 'lastDate', p.last_date))`;

export const LIST_PRICING_RULES = statement(
  'list-pricing-rules',
  `SELECT ${TERMS}::jsonb || jsonb_build_object('id', p.id, 'version', p.version) AS rule
   FROM digilist.pricing_rules p
   WHERE p.tenant_id = $1 AND p.org_id = $2 AND p.listing_id = $3 AND p.status = 'active' ORDER BY p.id`,
);

/** Writes down what rules that were just written (`put`) say now: price lines name it by id and version. */
const KEEP_VERSIONS = `INSERT INTO digilist.pricing_rule_versions
     (tenant_id, org_id, listing_id, rule_id, rule_version, status, terms, created_by)
   SELECT p.tenant_id, p.org_id, p.listing_id, p.id, p.version, p.status, ${TERMS}, p.updated_by FROM put p ORDER BY p.id`;

/** Rules that are not named any more. $4 ids that stay, $5 actor. */
export const RETIRE_PRICING_RULES = statement(
  'retire-pricing-rules',
  `WITH put AS (
     UPDATE digilist.pricing_rules SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $5
     WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3 AND status = 'active' AND id <> ALL ($4::uuid[])
     RETURNING *
   ) ${KEEP_VERSIONS}`,
);

/** $4 the rules as the contract has them, each with an id, $5 actor. A rule that did not change keeps its version. */
export const PUT_PRICING_RULES = statement(
  'put-pricing-rules',
  `WITH put AS (
     INSERT INTO digilist.pricing_rules AS p (tenant_id, org_id, listing_id, id, zone_id, kind, key, name, unit, amount, currency,
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
         excluded.first_date, excluded.last_date)
     RETURNING p.*
   ) ${KEEP_VERSIONS}`,
);

/** $4 id that the page begins below, $5 how many. */
export const LIST_RULE_VERSIONS = statement(
  'list-pricing-rule-versions',
  `SELECT v.id AS "versionId", v.terms || jsonb_build_object('id', v.rule_id, 'version', v.rule_version, 'status', v.status,
     'changedAt', ${iso('v.created_at')}, 'changedBy', v.created_by) AS rule
   FROM digilist.pricing_rule_versions v
   WHERE v.tenant_id = $1 AND v.org_id = $2 AND v.listing_id = $3 AND ($4::uuid IS NULL OR v.id < $4)
   ORDER BY v.id DESC LIMIT $5`,
);

/** Which of the rules ($4) and zones ($5) that a request names are not this listing's. */
export const FOREIGN_TO_LISTING = statement(
  'foreign-to-listing',
  `SELECT ARRAY(SELECT i.id::text FROM unnest($4::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM digilist.pricing_rules p
       WHERE p.tenant_id = $1 AND p.org_id = $2 AND p.listing_id = $3 AND p.id = i.id AND p.status = 'active')) AS ids,
     ARRAY(SELECT i.id::text FROM unnest($5::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM digilist.zones z
       WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.id = i.id AND z.status = 'active')) AS zones`,
);

export const LIST_ACTOR_PRICES = statement(
  'list-actor-prices',
  `SELECT json_strip_nulls(json_build_object('id', c.id, 'zoneId', c.zone_id, 'pricingGroup', c.pricing_group, 'unit', c.unit,
     'amount', CASE WHEN c.amount IS NOT NULL THEN json_build_object('amount', c.amount, 'currency', 'NOK') END,
     'discountBasisPoints', c.discount_basis_points, 'version', c.version)) AS price
   FROM digilist.actor_pricing c
   WHERE c.tenant_id = $1 AND c.org_id = $2 AND c.listing_id = $3 AND c.status = 'active' ORDER BY c.id`,
);

/** Prices that are not named any more. $4 ids that stay, $5 actor. */
export const RETIRE_ACTOR_PRICES = statement(
  'retire-actor-prices',
  `UPDATE digilist.actor_pricing SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $5
   WHERE tenant_id = $1 AND org_id = $2 AND listing_id = $3 AND status = 'active' AND id <> ALL ($4::uuid[])`,
);

/** $4 the prices as the contract has them, each with an id, $5 actor. A price that did not change keeps its version. */
export const PUT_ACTOR_PRICES = statement(
  'put-actor-prices',
  `INSERT INTO digilist.actor_pricing AS c (tenant_id, org_id, listing_id, id, zone_id, pricing_group, unit, amount,
     discount_basis_points, created_by, updated_by)
   SELECT $1, $2, $3, r.id, r."zoneId", r."pricingGroup", r.unit, (r.amount ->> 'amount')::bigint, r."discountBasisPoints", $5, $5
   FROM jsonb_to_recordset($4::jsonb) r (id uuid, "zoneId" uuid, "pricingGroup" text, unit text, amount jsonb,
     "discountBasisPoints" integer)
   ON CONFLICT (tenant_id, id) DO UPDATE SET zone_id = excluded.zone_id, pricing_group = excluded.pricing_group,
     unit = excluded.unit, amount = excluded.amount, discount_basis_points = excluded.discount_basis_points,
     version = c.version + 1, updated_at = now(), updated_by = excluded.updated_by
   WHERE c.listing_id = $3 AND c.status = 'active' AND
     (c.zone_id, c.pricing_group, c.unit, c.amount, c.discount_basis_points) IS DISTINCT FROM
     (excluded.zone_id, excluded.pricing_group, excluded.unit, excluded.amount, excluded.discount_basis_points)`,
);

/** Which of the prices ($4), zones ($5) and groups ($6) that a request names are not this listing's, or the tenant's. */
export const FOREIGN_TO_ACTOR_PRICES = statement(
  'foreign-to-actor-prices',
  `SELECT ARRAY(SELECT i.id::text FROM unnest($4::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM digilist.actor_pricing c
       WHERE c.tenant_id = $1 AND c.org_id = $2 AND c.listing_id = $3 AND c.id = i.id AND c.status = 'active')) AS ids,
     ARRAY(SELECT i.id::text FROM unnest($5::uuid[]) i (id) WHERE NOT EXISTS (SELECT FROM digilist.zones z
       WHERE z.tenant_id = $1 AND z.org_id = $2 AND z.listing_id = $3 AND z.id = i.id AND z.status = 'active')) AS zones,
     ARRAY(SELECT i.key FROM unnest($6::text[]) i (key) WHERE NOT EXISTS (SELECT FROM digilist.pricing_groups g
       WHERE g.tenant_id = $1 AND g.key = i.key AND g.status = 'active')) AS groups`,
);
