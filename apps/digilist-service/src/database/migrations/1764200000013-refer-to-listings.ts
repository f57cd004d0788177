import type { MigrationInterface, QueryRunner } from 'typeorm';

const DAY = (column: string) => `${column} - date '1970-01-01'`;
const WALL = (column: string) => `(extract(hour FROM ${column}) * 60 + extract(minute FROM ${column}))::integer`;

/** What a row of booking rules or of a template sets; what it leaves open is not there. */
const RULES_OF = (row: string) =>
  `json_strip_nulls(json_build_object(
    'stepMinutes', ${row}.step_minutes, 'minDurationMinutes', ${row}.min_duration_minutes, 'maxDurationMinutes', ${row}.max_duration_minutes, 'leadMinutes', ${row}.lead_minutes,
    'leadWorkingDays', ${row}.lead_working_days, 'horizonDays', ${row}.horizon_days, 'changeUntilMinutes', ${row}.change_until_minutes, 'cancelUntilMinutes', ${row}.cancel_until_minutes,
    'minAge', ${row}.min_age, 'maxAge', ${row}.max_age, 'bookers', ${row}.bookers, 'roleKeys', ${row}.role_keys,
    'organizationKinds', ${row}.organization_kinds, 'pricingGroups', ${row}.pricing_groups))`;

/** Does quota `q` hold for listing `l`? */
const QUOTA_HOLDS = `q.tenant_id = l.tenant_id AND q.status = 'active' AND (
      (q.all_listings AND q.org_id = l.org_id) OR EXISTS (SELECT FROM digilist.booking_quota_listings ql
        WHERE ql.tenant_id = l.tenant_id AND ql.quota_id = q.id AND ql.listing_id = l.id))`;

const OPENING = (
  l: string,
) => `(SELECT coalesce(json_agg(json_build_object('kind', r.kind, 'weekdays', to_jsonb(r.weekdays),
      'opens', ${WALL('r.opens')}, 'closes', ${WALL('r.closes')},
      'firstDay', ${DAY('r.first_date')}, 'lastDay', ${DAY('r.last_date')}, 'note', r.note) ORDER BY r.id), '[]')
    FROM digilist.availability_rules r WHERE r.tenant_id = ${l}.tenant_id AND r.org_id = ${l}.org_id AND r.listing_id = ${l}.id)`;

/** What package `l` consists of. Whoever changes a component raises the version of the package with it. */
const COMPONENTS = `(SELECT coalesce(json_agg(json_build_object('listingId', c.id, 'zoneId', z.id, 'quantity', i.quantity,
      'name', c.name, 'zoneName', CASE WHEN NOT z.implicit THEN z.name END, 'shape', z.shape,
      'bookable', c.status = 'published' AND z.status = 'active', 'timezone', c.timezone,
      'bufferBeforeMinutes', c.buffer_before_minutes, 'bufferAfterMinutes', c.buffer_after_minutes,
      'atoms', (SELECT coalesce(json_agg(json_build_object('id', a.id, 'number', a.number, 'exclusive', a.exclusive, 'stock', a.stock) ORDER BY a.id), '[]')
        FROM digilist.zone_atoms za JOIN digilist.atoms a ON a.tenant_id = za.tenant_id AND a.id = za.atom_id
        WHERE za.tenant_id = l.tenant_id AND za.zone_id = z.id),
      'opening', ${OPENING('c')}) ORDER BY i.position, i.id), '[]')
    FROM digilist.package_items i
    JOIN digilist.listings c ON c.tenant_id = i.tenant_id AND c.id = i.component_id
    JOIN digilist.zones z ON z.tenant_id = i.tenant_id AND z.id = i.zone_id
    WHERE i.tenant_id = l.tenant_id AND i.listing_id = l.id)`;

/** What listing `l` costs, as PriceRule[] and ActorPrice[]. */
const PRICES = `(SELECT coalesce(json_agg(json_build_object('id', p.id, 'version', p.version, 'zoneId', p.zone_id, 'kind', p.kind,
      'key', p.key, 'name', p.name, 'unit', p.unit, 'amount', p.amount, 'currency', p.currency,
      'vatBasisPoints', p.vat_basis_points, 'priority', p.priority, 'weekdays', to_jsonb(p.weekdays),
      'from', ${WALL('p.from_time')}, 'to', ${WALL('p.to_time')},
      'firstDay', ${DAY('p.first_date')}, 'lastDay', ${DAY('p.last_date')}) ORDER BY p.id), '[]')
    FROM digilist.pricing_rules p
    WHERE p.tenant_id = l.tenant_id AND p.org_id = l.org_id AND p.listing_id = l.id AND p.status = 'active')`;
const ACTOR_PRICES = `(SELECT coalesce(json_agg(json_build_object('id', c.id, 'version', c.version, 'zoneId', c.zone_id,
      'group', c.pricing_group, 'unit', c.unit, 'amount', c.amount, 'discountBasisPoints', c.discount_basis_points) ORDER BY c.id), '[]')
    FROM digilist.actor_pricing c
    WHERE c.tenant_id = l.tenant_id AND c.org_id = l.org_id AND c.listing_id = l.id AND c.status = 'active')`;

/** Everything of listing `l` that ListingReference holds, as JSON. */
const REFERENCE = `json_build_object(
  'id', l.id, 'orgId', l.org_id, 'version', l.version, 'status', l.status, 'type', l.listing_type,
  'bookingModel', l.booking_model, 'name', l.name, 'sortName', l.sort_name, 'municipalityCode', l.municipality_code,
  'capacity', l.capacity, 'timezone', l.timezone, 'paymentPolicy', l.payment_policy,
  'approvalWorkflowId', l.approval_workflow_id, 'termsVersion', l.terms_version,
  'bufferBeforeMinutes', l.buffer_before_minutes, 'bufferAfterMinutes', l.buffer_after_minutes, 'slotMinutes', l.slot_minutes,
  'checkIn', coalesce(${WALL('l.check_in_time')}, 0), 'checkOut', coalesce(${WALL('l.check_out_time')}, 1440),
  'zones', (SELECT coalesce(json_agg(json_build_object('id', z.id, 'name', z.name, 'implicit', z.implicit, 'capacity', z.capacity, 'shape', z.shape,
      'atomIds', (SELECT coalesce(json_agg(za.atom_id ORDER BY za.atom_id), '[]') FROM digilist.zone_atoms za
        WHERE za.tenant_id = l.tenant_id AND za.zone_id = z.id)) ORDER BY z.position, z.id), '[]')
    FROM digilist.zones z
    WHERE z.tenant_id = l.tenant_id AND z.org_id = l.org_id AND z.listing_id = l.id AND z.status = 'active'),
  'atoms', (SELECT coalesce(json_agg(json_build_object('id', a.id, 'number', a.number, 'exclusive', a.exclusive, 'stock', a.stock) ORDER BY a.id), '[]')
    FROM digilist.atoms a WHERE a.tenant_id = l.tenant_id AND a.org_id = l.org_id AND a.listing_id = l.id),
  'components', CASE WHEN l.booking_model = 'PACKAGE' THEN ${COMPONENTS} ELSE '[]'::json END,
  'opening', ${OPENING('l')},
  'bookingRules', (SELECT coalesce(${RULES_OF('t')}::jsonb, '{}') || ${RULES_OF('b')}::jsonb
    FROM digilist.booking_rules b
    LEFT JOIN digilist.rule_templates t ON t.tenant_id = b.tenant_id AND t.id = b.template_id
    WHERE b.tenant_id = l.tenant_id AND b.org_id = l.org_id AND b.listing_id = l.id),
  'quotas', (SELECT coalesce(json_agg(json_build_object('id', q.id, 'name', q.name, 'per', q.per, 'measure', q.measure,
      'most', q.most, 'period', q.period, 'firstDay', ${DAY('q.first_date')}, 'lastDay', ${DAY('q.last_date')}) ORDER BY q.id), '[]')
    FROM digilist.booking_quotas q WHERE ${QUOTA_HOLDS}),
  'prices', ${PRICES},
  'actorPrices', ${ACTOR_PRICES})`;

/**
 * All that deciding on a booking needs of a listing but who has it when. A function, because PostgreSQL plans and prepares
 * what a statement may not even build: as a part of other statements it cost them milliseconds each time, where every
 * listing was known already.
 */
export class ReferToListings1764200000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE FUNCTION digilist.listing_reference(p_tenant uuid, p_listing uuid)
RETURNS json LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $body$
BEGIN
  RETURN (SELECT ${REFERENCE} FROM digilist.listings l WHERE l.tenant_id = p_tenant AND l.id = p_listing);
END $body$;
REVOKE ALL ON FUNCTION digilist.listing_reference FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digilist.listing_reference TO digilist_app;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION digilist.listing_reference');
  }
}
