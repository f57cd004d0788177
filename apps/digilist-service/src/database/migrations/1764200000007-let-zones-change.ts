import type { MigrationInterface, QueryRunner } from 'typeorm';

const BLOCK_REASONS = [
  'maintenance',
  'cleaning',
  'inspection',
  'own_use',
  'event',
  'season',
  'staffing',
  'weather',
  'safety',
  'other',
];

/** What a listing tells besides its name, zones that are composed anew, and blocks of a whole listing. */
export class LetZonesChange1764200000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE digilist.listings
  ADD COLUMN slug text CHECK (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
  ADD COLUMN short_description jsonb,
  ADD COLUMN contact jsonb,
  ADD COLUMN access_instructions jsonb,
  ADD COLUMN accessibility text[] NOT NULL DEFAULT '{}',
  ADD CONSTRAINT listings_slug UNIQUE (tenant_id, slug);

-- Rises when other atoms than before belong to the zone, or when nothing may be booked any more that was asked for before:
-- whoever has read an older one takes nothing. Its name or capacity may change meanwhile without turning bookers away.
ALTER TABLE digilist.zones ADD COLUMN shape integer NOT NULL DEFAULT 1 CHECK (shape > 0);

-- Without a zone, the block takes everything that belongs to the listing, also what is added to it later.
ALTER TABLE digilist.blocks
  ALTER COLUMN zone_id DROP NOT NULL,
  ADD COLUMN reason_text text,
  ADD COLUMN series_id uuid,
  ADD CHECK (reason IN ('${BLOCK_REASONS.join("', '")}'));
CREATE INDEX blocks_series ON digilist.blocks (tenant_id, series_id, starts_at) WHERE series_id IS NOT NULL;
CREATE INDEX blocks_time ON digilist.blocks (tenant_id, starts_at, id) WHERE status = 'active';

GRANT SELECT (tenant_id, id) ON digilist.blocks TO digilist_lookup;
CREATE POLICY lookup ON digilist.blocks FOR SELECT TO digilist_lookup USING (true);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP POLICY lookup ON digilist.blocks;
REVOKE SELECT (tenant_id, id) ON digilist.blocks FROM digilist_lookup;
DROP INDEX digilist.blocks_time;
ALTER TABLE digilist.blocks DROP COLUMN reason_text, DROP COLUMN series_id;
ALTER TABLE digilist.zones DROP COLUMN shape;
ALTER TABLE digilist.listings DROP COLUMN slug, DROP COLUMN short_description, DROP COLUMN contact,
  DROP COLUMN access_instructions, DROP COLUMN accessibility;
`);
  }
}
