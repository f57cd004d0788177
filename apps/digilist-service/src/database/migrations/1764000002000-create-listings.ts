import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audited, oneOf, secured } from '../ddl.js';

const LISTING_TYPES = ['SPACE', 'RESOURCE', 'EVENT', 'SERVICE', 'VEHICLE', 'OTHER'];
const BOOKING_MODELS = ['TIME_RANGE', 'SLOT', 'ALL_DAY', 'QUANTITY', 'CAPACITY', 'PACKAGE'];
const PAYMENT_POLICIES = ['PAY_AND_CONFIRM', 'APPROVE_THEN_PAY', 'PAY_THEN_APPROVE', 'INVOICE', 'FREE'];
const WEEKDAYS = `'{1,2,3,4,5,6,7}'::smallint[]`;

/** Listings, their zones over atoms, the rules for opening hours, booking and price. */
export class CreateListings1764000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.listing_types (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('key', LISTING_TYPES)},
  name jsonb NOT NULL,
  models text[] NOT NULL CHECK (cardinality(models) > 0 AND models <@ ARRAY['${BOOKING_MODELS.join("', '")}']),
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key)
);
${secured('listing_types', 'SELECT', 'INSERT', 'UPDATE')}

-- A workflow applies to a listing, or to every listing of the organization and its descendants.
CREATE TABLE digilist.approval_workflows (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid,
  name jsonb NOT NULL,
  -- Ordered: key, condition, who decides, working days to decide in.
  steps jsonb NOT NULL CHECK (jsonb_typeof(steps) = 'array'),
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id)
);
CREATE INDEX approval_workflows_listing ON digilist.approval_workflows (tenant_id, org_id, listing_id);
${secured('approval_workflows', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.listings (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_type text NOT NULL,
  ${oneOf('booking_model', BOOKING_MODELS)},
  ${oneOf('status', ['draft', 'published', 'maintenance', 'archived'], 'draft')},
  name jsonb NOT NULL,
  description jsonb NOT NULL DEFAULT '{}',
  street text,
  postal_code text CHECK (postal_code ~ '^[0-9]{4}$'),
  city text,
  municipality_code text CHECK (municipality_code ~ '^[0-9]{4}$'),
  latitude double precision CHECK (latitude BETWEEN -90 AND 90),
  longitude double precision CHECK (longitude BETWEEN -180 AND 180),
  capacity integer CHECK (capacity > 0),
  area_m2 integer CHECK (area_m2 > 0),
  timezone text NOT NULL DEFAULT 'Europe/Oslo',
  ${oneOf('payment_policy', PAYMENT_POLICIES, 'INVOICE')},
  approval_workflow_id uuid,
  terms_version text,
  terms jsonb,
  buffer_before_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 1440),
  buffer_after_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 1440),
  slot_minutes integer CHECK (slot_minutes BETWEEN 5 AND 1440),
  published_at timestamptz,
  -- Its version rises with every change of the listing, its zones, rules and prices: it keys the cached reference data.
  sort_name text NOT NULL GENERATED ALWAYS AS (lower(coalesce(name ->> 'nb', ''))) STORED,
  search_text text NOT NULL GENERATED ALWAYS AS (lower(
    coalesce(name ->> 'nb', '') || ' ' || coalesce(name ->> 'nn', '') || ' ' || coalesce(name ->> 'en', '') || ' ' ||
    coalesce(description ->> 'nb', '') || ' ' || coalesce(description ->> 'nn', '') || ' ' || coalesce(description ->> 'en', '') || ' ' ||
    coalesce(street, '') || ' ' || coalesce(city, ''))) STORED,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, org_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_type) REFERENCES digilist.listing_types (tenant_id, key),
  FOREIGN KEY (tenant_id, approval_workflow_id) REFERENCES digilist.approval_workflows (tenant_id, id)
    ON DELETE SET NULL (approval_workflow_id),
  CHECK (listing_type IN ('${LISTING_TYPES.join("', '")}')),
  CHECK ((terms_version IS NULL) = (terms IS NULL)),
  CHECK (booking_model <> 'SLOT' OR slot_minutes IS NOT NULL)
);
CREATE INDEX listings_name ON digilist.listings (tenant_id, sort_name, id);
CREATE INDEX listings_type ON digilist.listings (tenant_id, listing_type, status);
CREATE INDEX listings_workflow ON digilist.listings (tenant_id, approval_workflow_id) WHERE approval_workflow_id IS NOT NULL;
${secured('listings', 'SELECT', 'INSERT', 'UPDATE')}
ALTER TABLE digilist.approval_workflows
  ADD FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id);

-- The smallest thing that can be taken. A unit of stock 1 is exclusive and guarded by the constraint on allocations; counted units by their lock.
CREATE TABLE digilist.atoms (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  exclusive boolean NOT NULL DEFAULT true,
  stock integer NOT NULL DEFAULT 1 CHECK (stock > 0),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, exclusive),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  CHECK (NOT exclusive OR stock = 1)
);
CREATE INDEX atoms_listing ON digilist.atoms (tenant_id, org_id, listing_id);
${secured('atoms', 'SELECT', 'INSERT', 'UPDATE')}

-- A zone is what a booking names: a leaf stands for its own atom, a composite for the union of its parts.
-- The implicit zone of a listing without zones is its only row with implicit = true, and a leaf.
CREATE TABLE digilist.zones (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  name jsonb NOT NULL,
  ${oneOf('kind', ['leaf', 'composite'])},
  implicit boolean NOT NULL DEFAULT false,
  capacity integer CHECK (capacity > 0),
  area_m2 integer CHECK (area_m2 > 0),
  position integer NOT NULL DEFAULT 0,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, listing_id, id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id)
);
CREATE INDEX zones_listing ON digilist.zones (tenant_id, org_id, listing_id);
${secured('zones', 'SELECT', 'INSERT', 'UPDATE')}

-- The edges of the graph: both ends lie in one listing.
CREATE TABLE digilist.zone_parts (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  part_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, listing_id, zone_id, part_id),
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  FOREIGN KEY (tenant_id, listing_id, part_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  CHECK (zone_id <> part_id)
);
CREATE INDEX zone_parts_part ON digilist.zone_parts (tenant_id, listing_id, part_id);
${secured('zone_parts', 'SELECT', 'INSERT', 'DELETE')}

-- The set of atoms of each zone, flattened from the graph.
CREATE TABLE digilist.zone_atoms (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  zone_id uuid NOT NULL,
  atom_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, zone_id, atom_id),
  FOREIGN KEY (tenant_id, zone_id) REFERENCES digilist.zones (tenant_id, id),
  FOREIGN KEY (tenant_id, atom_id) REFERENCES digilist.atoms (tenant_id, id)
);
CREATE INDEX zone_atoms_atom ON digilist.zone_atoms (tenant_id, atom_id);
${secured('zone_atoms', 'SELECT', 'INSERT', 'DELETE')}

-- Opening hours in the listing's own wall-clock time. Dates are inclusive at both ends, times half-open; 24:00 ends a day.
-- exception > public_holiday > season > weekly decide a day's hours (no times: closed all day); blackouts are subtracted from whatever is open.
CREATE TABLE digilist.availability_rules (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('kind', ['weekly', 'season', 'exception', 'public_holiday', 'blackout'])},
  weekdays smallint[] NOT NULL DEFAULT ${WEEKDAYS} CHECK (cardinality(weekdays) > 0 AND weekdays <@ ${WEEKDAYS}),
  opens time,
  closes time,
  first_date date,
  last_date date,
  note jsonb,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  CHECK ((opens IS NULL) = (closes IS NULL)),
  CHECK (opens < closes),
  CHECK (first_date <= last_date),
  CHECK (kind NOT IN ('season', 'exception', 'blackout') OR (first_date IS NOT NULL AND last_date IS NOT NULL)),
  CHECK (kind <> 'weekly' OR opens IS NOT NULL)
);
CREATE INDEX availability_rules_listing ON digilist.availability_rules (tenant_id, org_id, listing_id);
${secured('availability_rules', 'SELECT', 'INSERT', 'UPDATE', 'DELETE')}

CREATE TABLE digilist.booking_rules (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  step_minutes integer NOT NULL DEFAULT 30 CHECK (step_minutes BETWEEN 5 AND 1440),
  min_duration_minutes integer NOT NULL DEFAULT 30 CHECK (min_duration_minutes > 0),
  max_duration_minutes integer NOT NULL DEFAULT 1440,
  lead_minutes integer NOT NULL DEFAULT 0 CHECK (lead_minutes >= 0),
  horizon_days integer NOT NULL DEFAULT 365 CHECK (horizon_days BETWEEN 1 AND 1100),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, org_id, listing_id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  CHECK (max_duration_minutes >= min_duration_minutes)
);
${secured('booking_rules', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.pricing_groups (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  key text NOT NULL CHECK (key ~ '^[a-z][a-z_]{1,62}$'),
  name jsonb NOT NULL,
  discount_basis_points integer NOT NULL DEFAULT 0 CHECK (discount_basis_points BETWEEN 0 AND 10000),
  vat_exempt boolean NOT NULL DEFAULT false,
  -- A group that requires verification is only for bookings on behalf of an organization of one of these kinds.
  requires_verification boolean NOT NULL DEFAULT false,
  organization_kinds text[] NOT NULL DEFAULT '{}',
  position integer NOT NULL DEFAULT 0,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, key),
  CHECK (NOT requires_verification OR cardinality(organization_kinds) > 0)
);
${secured('pricing_groups', 'SELECT', 'INSERT', 'UPDATE')}

-- Amounts are net, in minor units. A rule without weekdays, times and dates is a base price; the most specific rule wins, then the priority.
-- Rules are retired, never deleted: price lines name them by id and version.
CREATE TABLE digilist.pricing_rules (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  zone_id uuid,
  ${oneOf('kind', ['period', 'add_on'], 'period')},
  key text CHECK (key ~ '^[a-z][a-z0-9-]{1,62}$'),
  name jsonb NOT NULL,
  ${oneOf('unit', ['hour', 'day', 'slot', 'unit', 'person', 'booking'])},
  amount bigint NOT NULL CHECK (amount >= 0),
  currency text NOT NULL DEFAULT 'NOK' CHECK (currency ~ '^[A-Z]{3}$'),
  vat_basis_points integer NOT NULL DEFAULT 2500 CHECK (vat_basis_points BETWEEN 0 AND 10000),
  priority integer NOT NULL DEFAULT 0,
  weekdays smallint[] CHECK (cardinality(weekdays) > 0 AND weekdays <@ ${WEEKDAYS}),
  from_time time,
  to_time time,
  first_date date,
  last_date date,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  CHECK ((kind = 'add_on') = (key IS NOT NULL)),
  CHECK ((from_time IS NULL) = (to_time IS NULL)),
  CHECK (from_time < to_time),
  CHECK (first_date <= last_date),
  -- Deferred, which a unique index cannot be: two rules may swap their keys.
  CONSTRAINT pricing_rules_key EXCLUDE USING btree (tenant_id WITH =, listing_id WITH =, key WITH =)
    WHERE (kind = 'add_on' AND status = 'active') DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX pricing_rules_listing ON digilist.pricing_rules (tenant_id, org_id, listing_id);
CREATE INDEX pricing_rules_zone ON digilist.pricing_rules (tenant_id, listing_id, zone_id);
${secured('pricing_rules', 'SELECT', 'INSERT', 'UPDATE')}

-- What a group pays here instead of its usual discount: another rate, or another percentage.
CREATE TABLE digilist.actor_pricing (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  zone_id uuid,
  pricing_group text NOT NULL,
  unit text CHECK (unit IN ('hour', 'day', 'slot', 'unit', 'person', 'booking')),
  amount bigint CHECK (amount >= 0),
  discount_basis_points integer CHECK (discount_basis_points BETWEEN 0 AND 10000),
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  FOREIGN KEY (tenant_id, pricing_group) REFERENCES digilist.pricing_groups (tenant_id, key),
  CHECK ((amount IS NULL) <> (discount_basis_points IS NULL)),
  CHECK ((amount IS NULL) = (unit IS NULL))
);
CREATE INDEX actor_pricing_listing ON digilist.actor_pricing (tenant_id, org_id, listing_id);
CREATE INDEX actor_pricing_zone ON digilist.actor_pricing (tenant_id, listing_id, zone_id);
CREATE INDEX actor_pricing_group ON digilist.actor_pricing (tenant_id, pricing_group);
${secured('actor_pricing', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.discount_codes (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  code text NOT NULL CHECK (code ~ '^[A-Z0-9-]{3,40}$'),
  ${oneOf('kind', ['percentage', 'fixed'])},
  value bigint NOT NULL CHECK (value > 0),
  max_uses integer CHECK (max_uses > 0),
  used integer NOT NULL DEFAULT 0 CHECK (used >= 0),
  valid_from timestamptz,
  valid_until timestamptz,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code),
  CHECK (kind <> 'percentage' OR value <= 10000),
  CHECK (max_uses IS NULL OR used <= max_uses)
);
${secured('discount_codes', 'SELECT', 'INSERT', 'UPDATE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE digilist.discount_codes, digilist.actor_pricing, digilist.pricing_rules, digilist.pricing_groups,
      digilist.booking_rules, digilist.availability_rules, digilist.zone_atoms, digilist.zone_parts, digilist.zones, digilist.atoms,
      digilist.listings, digilist.approval_workflows, digilist.listing_types CASCADE`);
  }
}
