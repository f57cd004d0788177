import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, secured } from '../ddl.js';

/** Bookings that are moved, updated, shown, shared and brought to their end. */
export class LetBookingsChange1764200000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE digilist.bookings
  ADD COLUMN public_title text,
  ADD COLUMN show_in_public_calendar boolean NOT NULL DEFAULT false,
  -- Changed by itself: changes of its series leave it alone.
  ADD COLUMN overridden boolean NOT NULL DEFAULT false;
-- Lists in the order of time; what is confirmed, by its end, is what a job completes the day after.
CREATE INDEX bookings_start ON digilist.bookings (tenant_id, starts_at, id);
CREATE INDEX bookings_ending ON digilist.bookings (tenant_id, ends_at) WHERE status = 'confirmed';

-- Not every change of a booking is one of its status.
ALTER TABLE digilist.booking_history
  ADD COLUMN change text NOT NULL DEFAULT 'status' CHECK (change IN ('status', 'rescheduled', 'updated'));

-- Whoever has the secret sees what is booked, where and when. Only its hash is kept.
CREATE TABLE digilist.booking_links (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  expires_at timestamptz NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, secret_hash),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id)
);
CREATE INDEX booking_links_booking ON digilist.booking_links (tenant_id, booking_id);
${secured('booking_links', 'SELECT', 'INSERT', 'DELETE')}
-- Whose is this id? As for the other rows that callers name.
GRANT SELECT (tenant_id, id) ON digilist.booking_links TO digilist_lookup;
CREATE POLICY lookup ON digilist.booking_links FOR SELECT TO digilist_lookup USING (true);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE digilist.booking_links;
      ALTER TABLE digilist.booking_history DROP COLUMN change;
      DROP INDEX digilist.bookings_start, digilist.bookings_ending;
      ALTER TABLE digilist.bookings DROP COLUMN public_title, DROP COLUMN show_in_public_calendar, DROP COLUMN overridden`);
  }
}
