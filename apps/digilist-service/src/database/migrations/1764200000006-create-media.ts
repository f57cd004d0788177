import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

/** Images, documents, floor plans and videos of listings; their files lie elsewhere. */
export class CreateMedia1764200000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Every file that is or may be in the file store: written here before it is written there, and deleted here after it was
-- deleted there. What is neither kept nor just being written is deleted by the sweep, whatever crashed when.
CREATE TABLE digilist.media_files (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('status', ['writing', 'kept', 'doomed'], 'writing')},
  claimed_until timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX media_files_sweep ON digilist.media_files (tenant_id, updated_at) WHERE status <> 'kept';
${secured('media_files', 'SELECT', 'INSERT', 'UPDATE', 'DELETE')}

CREATE TABLE digilist.media (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  listing_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('kind', ['image', 'document', 'floor_plan', 'video'])},
  ${oneOf('status', ['awaiting_content', 'ready'], 'awaiting_content')},
  alt jsonb,
  caption jsonb,
  link text,
  file_id uuid,
  content_type text CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  size integer CHECK (size > 0),
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  width integer CHECK (width > 0),
  height integer CHECK (height > 0),
  position integer NOT NULL DEFAULT 0 CHECK (position >= 0),
  is_primary boolean NOT NULL DEFAULT false,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  FOREIGN KEY (tenant_id, file_id) REFERENCES digilist.media_files (tenant_id, id),
  -- Nobody is to go without what the image shows.
  CHECK (kind NOT IN ('image', 'floor_plan') OR alt ?& ARRAY['nb', 'nn', 'en']),
  CHECK ((kind = 'video') = (link IS NOT NULL)),
  CHECK (kind = 'video' OR (status = 'ready') = (file_id IS NOT NULL)),
  CHECK ((file_id IS NULL) = (content_type IS NULL) AND (file_id IS NULL) = (size IS NULL) AND (file_id IS NULL) = (sha256 IS NULL)),
  CHECK (NOT is_primary OR (kind = 'image' AND status = 'ready'))
);
CREATE INDEX media_listing ON digilist.media (tenant_id, org_id, listing_id, position, id);
CREATE INDEX media_file ON digilist.media (tenant_id, file_id) WHERE file_id IS NOT NULL;
CREATE INDEX media_uploader ON digilist.media (tenant_id, created_by);
CREATE UNIQUE INDEX media_primary ON digilist.media (tenant_id, listing_id) WHERE is_primary;
${secured('media', 'SELECT', 'INSERT', 'UPDATE', 'DELETE')}
GRANT SELECT (tenant_id, id) ON digilist.media TO digilist_lookup;
CREATE POLICY lookup ON digilist.media FOR SELECT TO digilist_lookup USING (true);

-- Uploads under way. Pieces of one come to whichever process is free, so none of them may keep any.
CREATE TABLE digilist.media_pieces (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  media_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  starts integer NOT NULL CHECK (starts >= 0),
  content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 524288),
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, media_id, upload_id, starts),
  FOREIGN KEY (tenant_id, media_id) REFERENCES digilist.media (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE digilist.media_pieces ALTER COLUMN content SET STORAGE EXTERNAL;
${secured('media_pieces', 'SELECT', 'INSERT', 'DELETE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE digilist.media_pieces, digilist.media, digilist.media_files');
  }
}
