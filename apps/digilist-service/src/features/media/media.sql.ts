import type { ListingStatus, Media, MediaKind, MediaStatus, MediaType } from '@digilist/contracts';
import { statement } from '@kit/service';

const PATH = `'/api/v1/media/' || m.id || '/content'`;

/** Media `m` as the contract shows it. */
const MEDIA = `json_build_object('id', m.id, 'listingId', m.listing_id, 'kind', m.kind, 'status', m.status, 'alt', m.alt,
  'caption', m.caption, 'link', m.link, 'path', CASE WHEN m.file_id IS NOT NULL THEN ${PATH} END,
  'contentType', m.content_type, 'size', m.size, 'sha256', m.sha256, 'width', m.width, 'height', m.height,
  'position', m.position, 'primary', m.is_primary, 'version', m.version) AS media`;

/** For statements over listings `l`: the image that stands for each, as the contract's PrimaryImage, or null. */
export const PRIMARY_IMAGE = `(SELECT json_build_object('mediaId', m.id, 'path', ${PATH}, 'alt', m.alt,
    'width', m.width, 'height', m.height)
  FROM digilist.media m WHERE m.tenant_id = l.tenant_id AND m.listing_id = l.id AND m.is_primary)`;

export interface MediaAnswer extends Record<string, unknown> {
  media: Media;
}

/** $1 tenant · $2 media. What deciding on a change of it needs. */
export const READ_MEDIA = statement(
  'read-media',
  `SELECT m.listing_id AS "listingId", m.org_id AS "orgId", m.kind, m.status, l.status AS "listingStatus", m.version, ${MEDIA}
   FROM digilist.media m JOIN digilist.listings l ON l.tenant_id = m.tenant_id AND l.id = m.listing_id
   WHERE m.tenant_id = $1 AND m.id = $2`,
);
export interface MediaRow extends MediaAnswer {
  listingId: string;
  orgId: string;
  kind: MediaKind;
  status: MediaStatus;
  listingStatus: ListingStatus;
  version: number;
}

/** $1 tenant · $2 organization · $3 listing · $4 also what waits for its content · $5 how many */
export const LIST_MEDIA = statement(
  'list-media',
  `SELECT ${MEDIA} FROM digilist.media m
   WHERE m.tenant_id = $1 AND m.org_id = $2 AND m.listing_id = $3 AND (m.status = 'ready' OR $4)
   ORDER BY m.position, m.id LIMIT $5`,
);

/** $1 tenant · $2 organization · $3 listing */
export const COUNT_MEDIA = statement(
  'count-media',
  `SELECT count(*)::integer AS n, coalesce(max(m.position) + 1, 0) AS next FROM digilist.media m
   WHERE m.tenant_id = $1 AND m.org_id = $2 AND m.listing_id = $3`,
);

/** $1 tenant · $2 organization · $3 listing · $4 id · $5 kind · $6 status · $7 alt · $8 caption · $9 link · $10 position · $11 actor */
export const INSERT_MEDIA = statement(
  'insert-media',
  `INSERT INTO digilist.media AS m (tenant_id, org_id, listing_id, id, kind, status, alt, caption, link, position, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10, $11, $11) RETURNING ${MEDIA}`,
);

/** $1 tenant · $2 listing · $3 actor. No image stands for the listing; there can be only one at any moment. */
export const UNSET_PRIMARY = statement(
  'unset-primary-media',
  `UPDATE digilist.media SET is_primary = false, version = version + 1, updated_at = now(), updated_by = $3
   WHERE tenant_id = $1 AND listing_id = $2 AND is_primary`,
);

/** $1 tenant · $2 organization · $3 listing · $4 actor. Where no image stands for the listing, the first one does. */
export const SET_FIRST_PRIMARY = statement(
  'set-first-primary-media',
  `UPDATE digilist.media SET is_primary = true, version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND id = (
       SELECT f.id FROM digilist.media f
       WHERE f.tenant_id = $1 AND f.org_id = $2 AND f.listing_id = $3 AND f.kind = 'image' AND f.status = 'ready'
       ORDER BY f.position, f.id LIMIT 1)
     AND NOT EXISTS (SELECT FROM digilist.media p WHERE p.tenant_id = $1 AND p.listing_id = $3 AND p.is_primary)`,
);

/** $1 tenant · $2 media · $3 actor · $4 alt · $5 whether the caption changes · $6 caption · $7 position · $8 primary. Null: as it is. */
export const UPDATE_MEDIA = statement(
  'update-media',
  `UPDATE digilist.media AS m SET alt = coalesce($4::jsonb, m.alt), caption = CASE WHEN $5 THEN $6::jsonb ELSE m.caption END,
     position = coalesce($7, m.position), is_primary = coalesce($8, m.is_primary),
     version = m.version + 1, updated_at = now(), updated_by = $3
   WHERE m.tenant_id = $1 AND m.id = $2 RETURNING ${MEDIA}`,
);

/** $1 tenant · $2 media · $3 actor. Its file is doomed with it. */
export const DELETE_MEDIA = statement(
  'delete-media',
  `WITH gone AS (DELETE FROM digilist.media WHERE tenant_id = $1 AND id = $2 RETURNING file_id)
   UPDATE digilist.media_files f SET status = 'doomed', version = f.version + 1, updated_at = now(), updated_by = $3
   FROM gone WHERE f.tenant_id = $1 AND f.id = gone.file_id`,
);

/** $1 tenant · $2 media · $3 attempt. How much of an upload has come. */
export const READ_UPLOAD = statement(
  'read-media-upload',
  `SELECT coalesce(sum(octet_length(p.content)), 0)::integer AS received FROM digilist.media_pieces p
   WHERE p.tenant_id = $1 AND p.media_id = $2 AND p.upload_id = $3`,
);

/** $1 tenant · $2 media · $3 attempt · $4 bytes before · $5 content · $6 actor. A new attempt replaces what others left. */
export const PUT_PIECE = statement(
  'put-media-piece',
  `WITH others AS (
     DELETE FROM digilist.media_pieces WHERE tenant_id = $1 AND media_id = $2 AND upload_id <> $3 AND $4 = 0
   )
   INSERT INTO digilist.media_pieces (tenant_id, media_id, upload_id, starts, content, created_by)
   VALUES ($1, $2, $3, $4, $5, $6)`,
);

/** $1 tenant · $2 media · $3 attempt */
export const READ_PIECES = statement(
  'read-media-pieces',
  `SELECT p.content FROM digilist.media_pieces p
   WHERE p.tenant_id = $1 AND p.media_id = $2 AND p.upload_id = $3 ORDER BY p.starts`,
);

/** $1 tenant · $2 file · $3 actor */
export const BEGIN_FILE = statement(
  'begin-media-file',
  `INSERT INTO digilist.media_files (tenant_id, id, created_by, updated_by) VALUES ($1, $2, $3, $3)`,
);

/** $1 tenant · $2 file · $3 actor. Nothing when the sweep took it for left behind. */
export const KEEP_FILE = statement(
  'keep-media-file',
  `UPDATE digilist.media_files f SET status = 'kept', version = f.version + 1, updated_at = now(), updated_by = $3
   WHERE f.tenant_id = $1 AND f.id = $2 AND f.status = 'writing' AND f.claimed_until IS NULL RETURNING f.id`,
);

/** $1 tenant · $2 media · $3 actor · $4 file · $5 type · $6 size · $7 sum · $8 width · $9 height */
export const SET_CONTENT = statement(
  'set-media-content',
  `WITH pieces AS (DELETE FROM digilist.media_pieces WHERE tenant_id = $1 AND media_id = $2)
   UPDATE digilist.media m SET status = 'ready', file_id = $4, content_type = $5, size = $6, sha256 = $7, width = $8, height = $9,
     version = m.version + 1, updated_at = now(), updated_by = $3
   WHERE m.tenant_id = $1 AND m.id = $2`,
);

/** $1 tenant · $2 media. The file, and who may see it. */
export const READ_CONTENT = statement(
  'read-media-content',
  `SELECT l.org_id AS "orgId", l.status, m.file_id AS "fileId", m.content_type AS "contentType", m.size, m.sha256, m.kind
   FROM digilist.media m JOIN digilist.listings l ON l.tenant_id = m.tenant_id AND l.id = m.listing_id
   WHERE m.tenant_id = $1 AND m.id = $2 AND m.file_id IS NOT NULL`,
);
export interface ContentRow extends Record<string, unknown> {
  orgId: string;
  status: ListingStatus;
  fileId: string;
  contentType: MediaType;
  size: number;
  sha256: string;
  kind: MediaKind;
}

const LEFT_BEHIND = `interval '1 hour'`;

/** Across tenants: for the system's pool. Uploads that nobody goes on with. */
export const DROP_ABANDONED_PIECES = `DELETE FROM digilist.media_pieces WHERE created_at < now() - ${LEFT_BEHIND}`;

/** Across tenants: for the system's pool. $1 how many · $2 seconds until somebody else may try. */
export const CLAIM_DOOMED_FILES = `
  UPDATE digilist.media_files f SET claimed_until = now() + make_interval(secs => $2), version = f.version + 1
  FROM (
    SELECT d.tenant_id, d.id FROM digilist.media_files d
    WHERE (d.status = 'doomed' OR (d.status = 'writing' AND d.updated_at < now() - ${LEFT_BEHIND}))
      AND (d.claimed_until IS NULL OR d.claimed_until < now())
    ORDER BY d.updated_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ) doomed
  WHERE f.tenant_id = doomed.tenant_id AND f.id = doomed.id
  RETURNING f.tenant_id AS "tenantId", f.id`;

/** Across tenants: for the system's pool. $1 tenant · $2 file */
export const FORGET_FILE = 'DELETE FROM digilist.media_files WHERE tenant_id = $1 AND id = $2';

/** For the system's pool. $1 tenant · $2 after this one · $3 how many */
export const FILES_OF_TENANT = `SELECT id FROM digilist.media_files WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`;
