import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, hashPartitions, oneOf, secured } from '../ddl.js';

const BOOKING_STATUSES = [
  'draft',
  'pending',
  'awaiting_payment',
  'awaiting_approval',
  'confirmed',
  'rejected',
  'cancelled',
  'completed',
  'no_show',
  'refunded',
  'expired',
];
const PAYMENT_POLICIES = ['PAY_AND_CONFIRM', 'APPROVE_THEN_PAY', 'PAY_THEN_APPROVE', 'INVOICE', 'FREE'];

const minutes = (round: 'floor' | 'ceil', end: 'lower' | 'upper') =>
  `${round}(date_part('epoch', ${end}(during) - timestamptz '2000-01-01 00:00+00') / 60)::bigint`;

/** Bookings, what they hold in the calendar, and what happened to them. */
export class CreateBookings1764000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.quotes (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  user_id uuid,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
  pricing_group text NOT NULL,
  on_behalf_of_org_id uuid,
  discount_code text,
  currency text NOT NULL DEFAULT 'NOK',
  net bigint NOT NULL,
  vat bigint NOT NULL,
  total bigint NOT NULL,
  lines jsonb NOT NULL,
  expires_at timestamptz NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, on_behalf_of_org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  CHECK (starts_at < ends_at),
  CHECK (net + vat = total)
);
CREATE INDEX quotes_zone ON digilist.quotes (tenant_id, listing_id, zone_id);
CREATE INDEX quotes_user ON digilist.quotes (tenant_id, user_id);
CREATE INDEX quotes_behalf ON digilist.quotes (tenant_id, on_behalf_of_org_id) WHERE on_behalf_of_org_id IS NOT NULL;
${secured('quotes', 'SELECT', 'INSERT')}

CREATE TABLE digilist.recurring_bookings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  user_id uuid NOT NULL,
  rule text NOT NULL,
  first_date date NOT NULL,
  starts_time time NOT NULL,
  duration_minutes integer NOT NULL CHECK (duration_minutes > 0),
  timezone text NOT NULL,
  skipped_dates date[] NOT NULL DEFAULT '{}',
  ${oneOf('conflict_policy', ['ALL_OR_NOTHING', 'SKIP_CONFLICTS'])},
  ${oneOf('status', ['active', 'cancelled', 'completed'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id)
);
CREATE INDEX recurring_bookings_zone ON digilist.recurring_bookings (tenant_id, listing_id, zone_id);
CREATE INDEX recurring_bookings_user ON digilist.recurring_bookings (tenant_id, user_id);
${secured('recurring_bookings', 'SELECT', 'INSERT', 'UPDATE')}

-- No foreign key to tenants here and on allocations: the listing carries it, and each one costs a share of every insert.
CREATE TABLE digilist.bookings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  user_id uuid NOT NULL,
  on_behalf_of_org_id uuid,
  recurring_booking_id uuid,
  ${oneOf('status', BOOKING_STATUSES)},
  ${oneOf('payment_policy', PAYMENT_POLICIES)},
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  timezone text NOT NULL,
  quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
  attendees integer CHECK (attendees > 0),
  purpose text,
  pricing_group text NOT NULL,
  discount_code text,
  quote_id uuid,
  currency text NOT NULL DEFAULT 'NOK',
  net bigint NOT NULL CHECK (net >= 0),
  vat bigint NOT NULL CHECK (vat >= 0),
  total bigint NOT NULL,
  price_lines jsonb NOT NULL,
  add_ons jsonb NOT NULL DEFAULT '[]',
  -- Whether somebody had to decide and why, recorded either way.
  approval jsonb NOT NULL DEFAULT '{"required": false, "reasons": [], "steps": []}',
  expires_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  -- The zone row belongs to the listing, so this one key proves both.
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, on_behalf_of_org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, recurring_booking_id) REFERENCES digilist.recurring_bookings (tenant_id, id),
  CHECK (starts_at < ends_at),
  CHECK (net + vat = total)
) PARTITION BY HASH (tenant_id);
CREATE INDEX bookings_zone ON digilist.bookings (tenant_id, listing_id, zone_id, starts_at);
CREATE INDEX bookings_user ON digilist.bookings (tenant_id, user_id, id);
CREATE INDEX bookings_creator ON digilist.bookings (tenant_id, created_by);
CREATE INDEX bookings_behalf ON digilist.bookings (tenant_id, on_behalf_of_org_id) WHERE on_behalf_of_org_id IS NOT NULL;
CREATE INDEX bookings_series ON digilist.bookings (tenant_id, recurring_booking_id) WHERE recurring_booking_id IS NOT NULL;
CREATE INDEX bookings_expiring ON digilist.bookings (tenant_id, expires_at) WHERE status IN ('draft', 'awaiting_payment');
${hashPartitions('bookings')}
${secured('bookings', 'SELECT', 'INSERT', 'UPDATE')}

-- What was booked, as it was then: never changed, whatever becomes of the listing.
CREATE TABLE digilist.booking_items (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  listing_version integer NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  snapshot jsonb NOT NULL,
  net bigint NOT NULL,
  vat bigint NOT NULL,
  total bigint NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  CHECK (net + vat = total)
);
CREATE INDEX booking_items_booking ON digilist.booking_items (tenant_id, booking_id);
${secured('booking_items', 'SELECT', 'INSERT')}

CREATE TABLE digilist.terms_acceptances (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  user_id uuid NOT NULL,
  terms_version text NOT NULL,
  ip text,
  user_agent text,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id)
);
CREATE INDEX terms_acceptances_booking ON digilist.terms_acceptances (tenant_id, booking_id);
CREATE INDEX terms_acceptances_user ON digilist.terms_acceptances (tenant_id, user_id);
${secured('terms_acceptances', 'SELECT', 'INSERT')}

CREATE TABLE digilist.booking_history (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  from_status text CHECK (from_status IN ('${BOOKING_STATUSES.join("', '")}')),
  ${oneOf('to_status', BOOKING_STATUSES)},
  ${oneOf('actor_kind', ['user', 'job', 'anonymous', 'service'])},
  reason text,
  detail jsonb NOT NULL DEFAULT '{}',
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id)
);
CREATE INDEX booking_history_booking ON digilist.booking_history (tenant_id, booking_id);
${secured('booking_history', 'SELECT', 'INSERT')}

-- Each buffer takes a point of its own on the lane, so that buffers overlap each other but never a core, which takes the whole lane.
CREATE SEQUENCE digilist.buffer_lanes;
GRANT USAGE ON SEQUENCE digilist.buffer_lanes TO digilist_app;

-- The one truth of the calendar: who takes which atom when.
-- starts_at and ends_at repeat the range as plain columns: their comparisons are leakproof and so can use an index under
-- row-level security, which && cannot. Stays longer than three days have an index of their own, so that a window needs to
-- look back only three days for all others.
-- packed is what an availability answer needs of a row in one number, because thousands of rows with instants cost the
-- driver several times what reading them costs the database: minutes since 2000, 20 bits of duration, one for a buffer.
CREATE TABLE digilist.allocations (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  atom_id uuid NOT NULL,
  booking_id uuid,
  ${oneOf('kind', ['BOOKING', 'HOLD', 'BLOCK', 'MAINTENANCE', 'SEASONAL'])},
  ${oneOf('status', ['active', 'released', 'expired'], 'active')},
  during tstzrange NOT NULL,
  starts_at timestamptz GENERATED ALWAYS AS (lower(during)) STORED,
  ends_at timestamptz GENERATED ALWAYS AS (upper(during)) STORED,
  long_stay boolean GENERATED ALWAYS AS (upper(during) - lower(during) > interval '3 days') STORED,
  active boolean NOT NULL GENERATED ALWAYS AS (status = 'active') STORED,
  exclusive boolean NOT NULL DEFAULT true,
  lane int8range NOT NULL DEFAULT '[0,)',
  buffer boolean NOT NULL GENERATED ALWAYS AS (NOT upper_inf(lane)) STORED,
  packed bigint GENERATED ALWAYS AS (CASE WHEN isfinite(lower(during)) AND isfinite(upper(during)) THEN
    (${minutes('floor', 'lower')} * 1048576 + ${minutes('ceil', 'upper')} - ${minutes('floor', 'lower')}) * 2 + (NOT upper_inf(lane))::integer
  END) STORED,
  quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
  expires_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, atom_id, exclusive) REFERENCES digilist.atoms (tenant_id, id, exclusive),
  -- Deferred: the allocation decides whether there is a booking, so it is written first.
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  -- Each of these would slip past the exclusion constraint. Infinity is a value, not a missing bound.
  CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
  CHECK (lower_inc(during) AND NOT upper_inc(during) AND isfinite(lower(during)) AND isfinite(upper(during))),
  CHECK (upper(during) - lower(during) <= interval '400 days'),
  CHECK (NOT isempty(lane) AND NOT lower_inf(lane) AND lower(lane) >= 0 AND (upper_inf(lane) OR upper(lane) = lower(lane) + 1)),
  CHECK (NOT upper_inf(lane) OR lower(lane) = 0),
  CONSTRAINT allocations_no_overlap EXCLUDE USING gist (tenant_id WITH =, atom_id WITH =, during WITH &&, lane WITH &&)
    WHERE (active AND exclusive)
) PARTITION BY HASH (tenant_id);
CREATE INDEX allocations_busy ON digilist.allocations (tenant_id, starts_at) INCLUDE (atom_id, ends_at, packed, expires_at, exclusive, quantity)
  WHERE active AND NOT long_stay;
CREATE INDEX allocations_long ON digilist.allocations (tenant_id, starts_at) INCLUDE (atom_id, ends_at, packed, expires_at, exclusive, quantity)
  WHERE active AND long_stay;
CREATE INDEX allocations_atom ON digilist.allocations (tenant_id, atom_id, starts_at);
CREATE INDEX allocations_booking ON digilist.allocations (tenant_id, booking_id);
CREATE INDEX allocations_expiring ON digilist.allocations (tenant_id, expires_at) WHERE active AND expires_at IS NOT NULL;
${hashPartitions('allocations')}
${secured('allocations', 'SELECT', 'INSERT', 'UPDATE', 'DELETE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE digilist.allocations, digilist.booking_history, digilist.terms_acceptances, digilist.booking_items,
      digilist.bookings, digilist.recurring_bookings, digilist.quotes CASCADE;
      DROP SEQUENCE digilist.buffer_lanes`);
  }
}
