import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

/** What a version of a rule said, with the names of the contract. */
const TERMS = `json_strip_nulls(json_build_object('zoneId', p.zone_id, 'kind', p.kind, 'key', p.key, 'name', p.name, 'unit', p.unit,
  'amount', json_build_object('amount', p.amount, 'currency', p.currency), 'vatBasisPoints', p.vat_basis_points, 'priority', p.priority,
  'weekdays', (SELECT json_agg((ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU', 'PH'])[d] ORDER BY d) FROM unnest(p.weekdays) d),
  'fromTime', left(p.from_time::text, 5), 'toTime', left(p.to_time::text, 5), 'firstDate', p.first_date, 'lastDate', p.last_date))`;

/** Ids of theirs are named by callers: the lookup role may read whose they are. */
const NAMED = ['pricing_groups', 'discount_codes', 'organization_verifications'];

/** Their rows are changed here, by an owner who is bound by their policies. */
const CHANGED = ['pricing_groups', 'pricing_rules', 'discount_codes', 'bookings'];
const bound = (how: 'FORCE' | 'NO FORCE', tables: readonly string[]): string =>
  tables.map((table) => `ALTER TABLE digilist.${table} ${how} ROW LEVEL SECURITY;`).join('\n');
const WRITTEN = ['pricing_rule_versions', 'discount_uses'];

/** What a tenant begins with, as before but for what a group asks for. */
const DEFAULTS = `
CREATE OR REPLACE FUNCTION digilist.create_tenant_defaults() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  v_by uuid := coalesce(NEW.service_user_id, NEW.id);
BEGIN
  INSERT INTO digilist.listing_types (tenant_id, key, name, models, created_by, updated_by)
  SELECT NEW.id, t.key, t.name::jsonb, t.models::text[], v_by, v_by FROM (VALUES
    ('SPACE', '{"nb": "Lokale", "nn": "Lokale", "en": "Space"}', '{TIME_RANGE,SLOT,ALL_DAY}'),
    ('RESOURCE', '{"nb": "Utstyr", "nn": "Utstyr", "en": "Equipment"}', '{QUANTITY,CAPACITY}'),
    ('EVENT', '{"nb": "Arrangement", "nn": "Arrangement", "en": "Event"}', '{CAPACITY,PACKAGE}'),
    ('SERVICE', '{"nb": "Tjeneste", "nn": "Teneste", "en": "Service"}', '{TIME_RANGE,SLOT}'),
    ('VEHICLE', '{"nb": "Kjøretøy", "nn": "Køyretøy", "en": "Vehicle"}', '{TIME_RANGE,ALL_DAY}'),
    ('OTHER', '{"nb": "Annet", "nn": "Anna", "en": "Other"}', '{TIME_RANGE,SLOT,ALL_DAY,QUANTITY,CAPACITY,PACKAGE}')
  ) t (key, name, models)
  ON CONFLICT (tenant_id, key) DO NOTHING;

  INSERT INTO digilist.pricing_groups (tenant_id, key, name, discount_basis_points, verification, organization_kinds,
    position, created_by, updated_by)
  SELECT NEW.id, g.key, g.name::jsonb, g.discount, g.verification, g.kinds::text[], g.position, v_by, v_by FROM (VALUES
    ('private', '{"nb": "Privatperson", "nn": "Privatperson", "en": "Private person"}', 0, 'none', '{}', 1),
    ('business', '{"nb": "Næringsliv", "nn": "Næringsliv", "en": "Business"}', 0, 'none', '{company}', 2),
    ('sports_club', '{"nb": "Idrettslag", "nn": "Idrettslag", "en": "Sports club"}', 3000, 'verified', '{association}', 3),
    ('youth_organization', '{"nb": "Ungdomsorganisasjon", "nn": "Ungdomsorganisasjon", "en": "Youth organization"}', 5000,
      'verified', '{association}', 4),
    ('school', '{"nb": "Skole", "nn": "Skule", "en": "School"}', 10000, 'organization_kind', '{unit,public_body}', 5),
    ('municipality', '{"nb": "Kommunen", "nn": "Kommunen", "en": "The municipality"}', 10000, 'organization_kind',
      '{unit,public_body}', 6)
  ) g (key, name, discount, verification, kinds, position)
  ON CONFLICT (tenant_id, key) DO NOTHING;
  RETURN NULL;
END $body$;`;

/** Groups that ask for proof, prices with a past, codes with conditions, and quotes that are booked. */
export class WidenPricing1764300000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${bound('NO FORCE', CHANGED)}
-- A percentage comes off; a negative one is added.
ALTER TABLE digilist.pricing_groups
  DROP CONSTRAINT pricing_groups_discount_basis_points_check,
  ADD CONSTRAINT pricing_groups_discount_basis_points_check CHECK (discount_basis_points BETWEEN -10000 AND 10000),
  DROP CONSTRAINT pricing_groups_key_check,
  ADD CONSTRAINT pricing_groups_key_check CHECK (key ~ '^[a-z][a-z0-9_-]{1,62}$'),
  ADD COLUMN ${oneOf('verification', ['none', 'organization_kind', 'verified'], 'none')};
UPDATE digilist.pricing_groups SET verification = CASE
  WHEN NOT requires_verification THEN 'none'
  WHEN key IN ('sports_club', 'youth_organization') THEN 'verified'
  ELSE 'organization_kind' END,
  version = version + 1, updated_at = now();
ALTER TABLE digilist.pricing_groups
  DROP COLUMN requires_verification,
  ADD CONSTRAINT pricing_groups_kinds CHECK (verification = 'none' OR cardinality(organization_kinds) > 0);

ALTER TABLE digilist.actor_pricing
  DROP CONSTRAINT actor_pricing_discount_basis_points_check,
  ADD CONSTRAINT actor_pricing_discount_basis_points_check CHECK (discount_basis_points BETWEEN -10000 AND 10000),
  -- Deferred, which a unique index cannot be: two prices may swap their groups.
  ADD CONSTRAINT actor_pricing_one EXCLUDE USING btree
    (tenant_id WITH =, listing_id WITH =, pricing_group WITH =, (coalesce(zone_id, listing_id)) WITH =)
    WHERE (status = 'active') DEFERRABLE INITIALLY DEFERRED;

-- 8: Norwegian public holidays.
ALTER TABLE digilist.pricing_rules
  DROP CONSTRAINT pricing_rules_weekdays_check,
  ADD CONSTRAINT pricing_rules_weekdays_check
    CHECK (cardinality(weekdays) > 0 AND weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7, 8]::smallint[]);

-- What a rule said in each of its versions: price lines name them for years.
CREATE TABLE digilist.pricing_rule_versions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  rule_id uuid NOT NULL,
  rule_version integer NOT NULL CHECK (rule_version > 0),
  ${oneOf('status', ['active', 'retired'])},
  terms jsonb NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, rule_id, rule_version),
  FOREIGN KEY (tenant_id, rule_id) REFERENCES digilist.pricing_rules (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id)
);
CREATE INDEX pricing_rule_versions_listing ON digilist.pricing_rule_versions (tenant_id, org_id, listing_id, id);
${secured('pricing_rule_versions', 'SELECT', 'INSERT')}
${bound('NO FORCE', WRITTEN.slice(0, 1))}
INSERT INTO digilist.pricing_rule_versions (tenant_id, org_id, listing_id, rule_id, rule_version, status, terms, created_at, created_by)
SELECT p.tenant_id, p.org_id, p.listing_id, p.id, p.version, p.status, ${TERMS}, p.updated_at, p.updated_by
FROM digilist.pricing_rules p ORDER BY p.id;

ALTER TABLE digilist.discount_codes
  ADD COLUMN max_uses_per_person integer CHECK (max_uses_per_person > 0),
  ADD COLUMN minimum_amount bigint CHECK (minimum_amount > 0),
  ADD COLUMN pricing_groups text[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT discount_codes_validity CHECK (valid_from < valid_until);
-- None: the code is for every listing.
CREATE TABLE digilist.discount_code_listings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  discount_code_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, discount_code_id, listing_id),
  FOREIGN KEY (tenant_id, discount_code_id) REFERENCES digilist.discount_codes (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_id) REFERENCES digilist.listings (tenant_id, id)
);
CREATE INDEX discount_code_listings_listing ON digilist.discount_code_listings (tenant_id, listing_id);
${secured('discount_code_listings', 'SELECT', 'INSERT', 'DELETE')}

-- Who used a code for what. Written while the code's own row is locked, which is what makes counting them safe.
CREATE TABLE digilist.discount_uses (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  discount_code_id uuid NOT NULL,
  user_id uuid NOT NULL,
  booking_id uuid,
  recurring_booking_id uuid,
  given_back_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, discount_code_id) REFERENCES digilist.discount_codes (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  FOREIGN KEY (tenant_id, recurring_booking_id) REFERENCES digilist.recurring_bookings (tenant_id, id),
  CHECK (num_nonnulls(booking_id, recurring_booking_id) = 1)
);
CREATE INDEX discount_uses_person ON digilist.discount_uses (tenant_id, discount_code_id, user_id);
CREATE INDEX discount_uses_user ON digilist.discount_uses (tenant_id, user_id);
-- A booking uses one code once.
CREATE UNIQUE INDEX discount_uses_booking ON digilist.discount_uses (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE UNIQUE INDEX discount_uses_series ON digilist.discount_uses (tenant_id, recurring_booking_id)
  WHERE recurring_booking_id IS NOT NULL;
${secured('discount_uses', 'SELECT', 'INSERT', 'UPDATE')}
${bound('NO FORCE', WRITTEN.slice(1))}
-- Bookings that used a code before its uses were written down; each code has counted them already.
INSERT INTO digilist.discount_uses (tenant_id, discount_code_id, user_id, booking_id, given_back_at, created_by, updated_by)
SELECT b.tenant_id, d.id, b.user_id, b.id, CASE WHEN b.status IN ('rejected', 'expired') THEN b.updated_at END, b.created_by, b.created_by
FROM digilist.bookings b JOIN digilist.discount_codes d ON d.tenant_id = b.tenant_id AND d.code = b.discount_code
WHERE b.discount_code IS NOT NULL AND b.status <> 'draft';
UPDATE digilist.discount_codes d SET used = greatest(0, d.used - u.given)
FROM (SELECT tenant_id, discount_code_id, count(*) AS given FROM digilist.discount_uses
  WHERE given_back_at IS NOT NULL GROUP BY 1, 2) u
WHERE d.tenant_id = u.tenant_id AND d.id = u.discount_code_id;
${bound('FORCE', [...CHANGED, ...WRITTEN])}

ALTER TABLE digilist.quotes ADD COLUMN add_ons jsonb NOT NULL DEFAULT '[]';
CREATE INDEX quotes_expiry ON digilist.quotes (tenant_id, expires_at);

-- That an organization belongs to a pricing group. One that is asked for or holds per organization and group; what was stays.
CREATE TABLE digilist.organization_verifications (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid NOT NULL,
  pricing_group text NOT NULL,
  ${oneOf('status', ['requested', 'verified', 'rejected', 'expired'], 'requested')},
  ${oneOf('reason', [
    'register_confirms',
    'not_in_register',
    'deleted_in_register',
    'person',
    'needs_a_person',
    'no_organization_number',
    'invalid_organization_number',
    'name_differs',
    'in_liquidation',
    'register_away',
    'ran_out',
  ])},
  remark text CHECK (length(remark) <= 1000),
  organization_number text CHECK (length(organization_number) <= 9),
  evidence jsonb,
  valid_until timestamptz,
  decided_at timestamptz,
  decided_by uuid,
  -- When the register is to be asked (again); null: never.
  next_check_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, pricing_group) REFERENCES digilist.pricing_groups (tenant_id, key),
  FOREIGN KEY (tenant_id, decided_by) REFERENCES digilist.platform_users (tenant_id, id),
  CHECK (status <> 'verified' OR valid_until IS NOT NULL),
  CHECK ((status = 'requested') = (decided_at IS NULL)),
  CHECK (reason <> 'person' OR (decided_by IS NOT NULL AND remark IS NOT NULL))
);
CREATE UNIQUE INDEX organization_verifications_one ON digilist.organization_verifications (tenant_id, org_id, pricing_group)
  WHERE status IN ('requested', 'verified');
CREATE INDEX organization_verifications_org ON digilist.organization_verifications (tenant_id, org_id, id);
CREATE INDEX organization_verifications_group ON digilist.organization_verifications (tenant_id, pricing_group);
CREATE INDEX organization_verifications_decider ON digilist.organization_verifications (tenant_id, decided_by)
  WHERE decided_by IS NOT NULL;
CREATE INDEX organization_verifications_check ON digilist.organization_verifications (tenant_id, next_check_at)
  WHERE next_check_at IS NOT NULL;
CREATE INDEX organization_verifications_end ON digilist.organization_verifications (tenant_id, valid_until) WHERE status = 'verified';
${secured('organization_verifications', 'SELECT', 'INSERT', 'UPDATE')}

${NAMED.map(
  (table) => `GRANT SELECT (tenant_id, id) ON digilist.${table} TO digilist_lookup;
CREATE POLICY lookup ON digilist.${table} FOR SELECT TO digilist_lookup USING (true);`,
).join('\n')}

${DEFAULTS}
`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back: what rules said in older versions would be lost');
  }
}
