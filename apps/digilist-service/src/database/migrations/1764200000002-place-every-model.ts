import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audited, secured } from '../ddl.js';

/** Whole days with a time to come and to go, and packages of other listings. */
export class PlaceEveryModel1764200000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Of listings that are booked by the day; where check-out is not after check-in, it is on the next day.
ALTER TABLE digilist.listings
  ADD COLUMN check_in_time time CHECK (check_in_time < '24:00'),
  ADD COLUMN check_out_time time CHECK (check_out_time > '00:00');

-- What a package consists of: zones of other listings of the tenant, none of them a package. It has no atom of its own.
CREATE TABLE digilist.package_items (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  component_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
  position integer NOT NULL DEFAULT 0,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, listing_id, zone_id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  FOREIGN KEY (tenant_id, component_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  CHECK (listing_id <> component_id)
);
CREATE INDEX package_items_listing ON digilist.package_items (tenant_id, org_id, listing_id);
CREATE INDEX package_items_component ON digilist.package_items (tenant_id, component_id, zone_id);
${secured('package_items', 'SELECT', 'INSERT', 'UPDATE', 'DELETE')}

CREATE INDEX holds_ended ON digilist.holds (tenant_id, expires_at);
-- Whose is this id? Asked after a "not found".
GRANT SELECT (tenant_id, id) ON digilist.holds TO digilist_lookup;
CREATE POLICY lookup ON digilist.holds FOR SELECT TO digilist_lookup USING (true);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP POLICY lookup ON digilist.holds; REVOKE SELECT (tenant_id, id) ON digilist.holds FROM digilist_lookup;
      DROP INDEX digilist.holds_ended; DROP TABLE digilist.package_items;
      ALTER TABLE digilist.listings DROP COLUMN check_in_time, DROP COLUMN check_out_time`);
  }
}
