import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, oneOf, secured } from '../ddl.js';

export class CreateCalendarFeeds1764200000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Links by which calendar programs, which cannot sign in, read a calendar as the user who made them. Only the hash of the
-- secret is kept; a link that is revoked is deleted.
CREATE TABLE digilist.calendar_feeds (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  user_id uuid NOT NULL,
  ${oneOf('kind', ['personal', 'organization', 'listing'])},
  organization_id uuid,
  listing_id uuid,
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, secret_hash),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, organization_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_id) REFERENCES digilist.listings (tenant_id, id),
  CHECK ((kind = 'organization') = (organization_id IS NOT NULL)),
  CHECK ((kind = 'listing') = (listing_id IS NOT NULL))
);
CREATE INDEX calendar_feeds_user ON digilist.calendar_feeds (tenant_id, user_id);
CREATE INDEX calendar_feeds_organization ON digilist.calendar_feeds (tenant_id, organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX calendar_feeds_listing ON digilist.calendar_feeds (tenant_id, listing_id) WHERE listing_id IS NOT NULL;
${secured('calendar_feeds', 'SELECT', 'INSERT', 'DELETE')}
GRANT SELECT (tenant_id, id) ON digilist.calendar_feeds TO digilist_lookup;
CREATE POLICY lookup ON digilist.calendar_feeds FOR SELECT TO digilist_lookup USING (true);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE digilist.calendar_feeds');
  }
}
