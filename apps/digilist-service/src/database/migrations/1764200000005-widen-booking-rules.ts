import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

/** The rules beyond step, duration, notice and horizon. Null: what the template says, or else the default. */
const ADDED = `
  lead_working_days integer CHECK (lead_working_days BETWEEN 0 AND 60),
  change_until_minutes integer CHECK (change_until_minutes >= 0),
  cancel_until_minutes integer CHECK (cancel_until_minutes >= 0),
  min_age integer CHECK (min_age BETWEEN 0 AND 150),
  max_age integer CHECK (max_age BETWEEN 0 AND 150),
  bookers text CHECK (bookers IN ('anyone', 'organizations', 'persons')),
  role_keys text[],
  organization_kinds text[],
  pricing_groups text[]`;

const NAMED_BY_CALLERS = ['rule_templates', 'booking_quotas'];

/** Rules may come from a template, look at who books, and limit how much one may book. */
export class WidenBookingRules1764200000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Without an organization: of the whole tenant.
CREATE TABLE digilist.rule_templates (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid,
  name jsonb NOT NULL,
  step_minutes integer CHECK (step_minutes BETWEEN 5 AND 1440),
  min_duration_minutes integer CHECK (min_duration_minutes > 0),
  max_duration_minutes integer CHECK (max_duration_minutes > 0),
  lead_minutes integer CHECK (lead_minutes >= 0),
  horizon_days integer CHECK (horizon_days BETWEEN 1 AND 1100),
  ${ADDED},
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id)
);
CREATE INDEX rule_templates_org ON digilist.rule_templates (tenant_id, org_id);
${secured('rule_templates', 'SELECT', 'INSERT', 'UPDATE')}

ALTER TABLE digilist.booking_rules
  ALTER COLUMN step_minutes DROP NOT NULL, ALTER COLUMN step_minutes DROP DEFAULT,
  ALTER COLUMN min_duration_minutes DROP NOT NULL, ALTER COLUMN min_duration_minutes DROP DEFAULT,
  ALTER COLUMN max_duration_minutes DROP NOT NULL, ALTER COLUMN max_duration_minutes DROP DEFAULT,
  ALTER COLUMN lead_minutes DROP NOT NULL, ALTER COLUMN lead_minutes DROP DEFAULT,
  ALTER COLUMN horizon_days DROP NOT NULL, ALTER COLUMN horizon_days DROP DEFAULT,
  ${ADDED.trim()
    .split(/,\n\s*/)
    .map((column) => `ADD COLUMN ${column}`)
    .join(', ')},
  ADD COLUMN template_id uuid,
  ADD FOREIGN KEY (tenant_id, template_id) REFERENCES digilist.rule_templates (tenant_id, id);
CREATE INDEX booking_rules_template ON digilist.booking_rules (tenant_id, template_id) WHERE template_id IS NOT NULL;

CREATE TABLE digilist.booking_quotas (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  name jsonb NOT NULL,
  ${oneOf('per', ['person', 'organization'])},
  ${oneOf('measure', ['bookings', 'minutes'])},
  most integer NOT NULL CHECK (most > 0),
  ${oneOf('period', ['day', 'week', 'month', 'year', 'season', 'active'])},
  first_date date,
  last_date date,
  -- All of the organization, those to come included; otherwise those in booking_quota_listings.
  all_listings boolean NOT NULL,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  CHECK ((period = 'season') = (first_date IS NOT NULL) AND (first_date IS NULL) = (last_date IS NULL)),
  CHECK (first_date <= last_date)
);
CREATE INDEX booking_quotas_org ON digilist.booking_quotas (tenant_id, org_id);
${secured('booking_quotas', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.booking_quota_listings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  quota_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, quota_id, listing_id),
  FOREIGN KEY (tenant_id, quota_id) REFERENCES digilist.booking_quotas (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_id) REFERENCES digilist.listings (tenant_id, id)
);
CREATE INDEX booking_quota_listings_listing ON digilist.booking_quota_listings (tenant_id, listing_id);
${secured('booking_quota_listings', 'SELECT', 'INSERT')}

ALTER TABLE digilist.platform_users ADD COLUMN birth_date date;

-- A school or a club has many bookings: theirs are counted by time. The same index as before and a column wider. One person
-- has few, and bookings_user finds them (0.3 ms; of 2 000 bookings 1.1 ms): an index by time would be one more per insert.
DROP INDEX digilist.bookings_behalf;
CREATE INDEX bookings_behalf ON digilist.bookings (tenant_id, on_behalf_of_org_id, starts_at) WHERE on_behalf_of_org_id IS NOT NULL;

-- How much of each quota is used, counted from the bookings themselves. One entry per quota and period: p_users or p_orgs
-- says whose, p_first and p_last the days of the period (null: whatever has not ended yet), p_from and p_until instants
-- between which all of it begins: plain ones, as an index needs them under row-level security. Does not count p_except.
-- p_lock: waits for everybody else who books under the same quotas for the same people, so that what is counted stays so
-- until the commit; the locks are taken in one order everywhere, and each count sees what was committed while it waited.
CREATE FUNCTION digilist.count_quotas(
  p_tenant uuid, p_now timestamptz, p_lock boolean, p_except uuid[],
  p_quotas uuid[], p_users uuid[], p_orgs uuid[], p_first date[], p_last date[], p_from timestamptz[], p_until timestamptz[]
) RETURNS TABLE (at bigint, bookings bigint, minutes bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $body$
#variable_conflict use_column
BEGIN
  IF p_lock THEN
    PERFORM pg_advisory_xact_lock(locks.key) FROM (
      SELECT DISTINCT hashtextextended(w.quota::text || coalesce(w.person, w.org)::text, 0) AS key
      FROM unnest(p_quotas, p_users, p_orgs) w (quota, person, org) ORDER BY 1
    ) locks;
  END IF;
  RETURN QUERY
  SELECT w.at, count(b.id), coalesce(sum(extract(epoch FROM b.ends_at - b.starts_at) / 60), 0)::bigint
  FROM unnest(p_quotas, p_users, p_orgs, p_first, p_last, p_from, p_until)
    WITH ORDINALITY w (quota, person, org, first, last, earliest, latest, at)
  JOIN digilist.booking_quotas q ON q.tenant_id = p_tenant AND q.id = w.quota
  LEFT JOIN LATERAL (
    SELECT o.* FROM (
      SELECT p.id, p.listing_id, p.org_id, p.status, p.starts_at, p.ends_at, p.timezone, p.expires_at
      FROM digilist.bookings p
      WHERE p.tenant_id = p_tenant AND p.user_id = w.person AND p.on_behalf_of_org_id IS NULL
        -- IS TRUE: not by bookings_start, which would read what everybody has in the period.
        AND (p.starts_at >= w.earliest AND p.starts_at < w.latest) IS TRUE
      UNION ALL
      SELECT g.id, g.listing_id, g.org_id, g.status, g.starts_at, g.ends_at, g.timezone, g.expires_at
      FROM digilist.bookings g
      WHERE g.tenant_id = p_tenant AND g.on_behalf_of_org_id = w.org
        AND g.starts_at >= w.earliest AND g.starts_at < w.latest
    ) o
    WHERE (o.status IN ('pending', 'awaiting_approval', 'confirmed')
        OR (o.status = 'awaiting_payment' AND (o.expires_at IS NULL OR o.expires_at > p_now))
        OR (o.status IN ('completed', 'no_show') AND w.first IS NOT NULL))
      AND CASE WHEN w.first IS NULL THEN o.ends_at > p_now
        ELSE (o.starts_at AT TIME ZONE o.timezone)::date BETWEEN w.first AND w.last END
      AND NOT (o.id = ANY (p_except))
      AND CASE WHEN q.all_listings THEN o.org_id = q.org_id ELSE EXISTS (
        SELECT FROM digilist.booking_quota_listings ql
        WHERE ql.tenant_id = p_tenant AND ql.quota_id = q.id AND ql.listing_id = o.listing_id) END
  ) b ON true
  GROUP BY w.at;
END $body$;
REVOKE ALL ON FUNCTION digilist.count_quotas FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digilist.count_quotas TO digilist_app;

${NAMED_BY_CALLERS.map(
  (table) => `
GRANT SELECT (tenant_id, id) ON digilist.${table} TO digilist_lookup;
CREATE POLICY lookup ON digilist.${table} FOR SELECT TO digilist_lookup USING (true);`,
).join('\n')}
`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back: rules that come from templates would be lost');
  }
}
