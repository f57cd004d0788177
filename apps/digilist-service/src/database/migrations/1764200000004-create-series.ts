import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A series as RFC 5545 has it: a rule with its exceptions and additions, and the bookings that came of it. */
export class CreateSeries1764200000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Nothing has written here before.
ALTER TABLE digilist.recurring_bookings
  DROP COLUMN duration_minutes,
  DROP COLUMN skipped_dates,
  ADD COLUMN org_id uuid NOT NULL,
  ADD COLUMN on_behalf_of_org_id uuid,
  -- The series that a change made this one of: it ends before this one begins.
  ADD COLUMN continues uuid,
  ADD COLUMN ends_time time NOT NULL,
  ADD COLUMN last_date date NOT NULL,
  -- When the last one is over: a series that nobody has cancelled is completed then.
  ADD COLUMN ends_at timestamptz NOT NULL,
  ADD COLUMN except_dates date[] NOT NULL DEFAULT '{}',
  ADD COLUMN extra_dates date[] NOT NULL DEFAULT '{}',
  -- Dates that could not be had: [{date, outcome, reasons}].
  ADD COLUMN skipped jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN quantity integer NOT NULL CHECK (quantity > 0),
  ADD COLUMN attendees integer CHECK (attendees > 0),
  ADD COLUMN purpose text,
  ADD COLUMN public_title text,
  ADD COLUMN pricing_group text NOT NULL,
  ADD COLUMN add_ons jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN terms_version text,
  -- Versions of bookings that went over to the series that continues this one: what callers see as version never falls.
  ADD COLUMN passed_on integer NOT NULL DEFAULT 0 CHECK (passed_on >= 0),
  ADD FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  ADD FOREIGN KEY (tenant_id, on_behalf_of_org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, continues) REFERENCES digilist.recurring_bookings (tenant_id, id),
  ADD CHECK (first_date <= last_date);
CREATE INDEX recurring_bookings_listing ON digilist.recurring_bookings (tenant_id, org_id, listing_id, id);
CREATE INDEX recurring_bookings_behalf ON digilist.recurring_bookings (tenant_id, on_behalf_of_org_id)
  WHERE on_behalf_of_org_id IS NOT NULL;
CREATE INDEX recurring_bookings_continues ON digilist.recurring_bookings (tenant_id, continues) WHERE continues IS NOT NULL;
CREATE INDEX recurring_bookings_own ON digilist.recurring_bookings (tenant_id, user_id, id);
DROP INDEX digilist.recurring_bookings_user;

-- The date of the series that a booking is for, wherever it was moved since.
ALTER TABLE digilist.bookings
  ADD COLUMN occurrence_date date,
  ADD CHECK ((recurring_booking_id IS NULL) = (occurrence_date IS NULL));
DROP INDEX digilist.bookings_series;
CREATE INDEX bookings_series ON digilist.bookings (tenant_id, recurring_booking_id, occurrence_date)
  WHERE recurring_booking_id IS NOT NULL;

-- Callers name series by their ids.
GRANT SELECT (tenant_id, id) ON digilist.recurring_bookings TO digilist_lookup;
CREATE POLICY lookup ON digilist.recurring_bookings FOR SELECT TO digilist_lookup USING (true);
`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back: series would be lost');
  }
}
