import { statement } from '@kit/service';

export interface BundleRow extends Record<string, unknown> {
  id: string;
  status: 'ready' | 'downloading' | 'downloaded' | 'expired';
  chunks: number;
  expires_at: Date;
  reader_hash: string | null;
}

export const INSERT_BUNDLE = statement(
  'privacy-insert-bundle',
  `INSERT INTO platform.data_subject_bundles (tenant_id, id, request_id, chunks, bytes, digest, expires_at, created_at,
     created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)`,
);

export const INSERT_CHUNK = statement(
  'privacy-insert-chunk',
  `INSERT INTO platform.data_subject_bundle_chunks (tenant_id, id, bundle_id, position, content_sealed, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);

export const LOCK_BUNDLE = statement(
  'privacy-lock-bundle',
  `SELECT id, status, chunks, expires_at, reader_hash FROM platform.data_subject_bundles
   WHERE tenant_id = $1 AND request_id = $2 FOR UPDATE`,
);

export const MOVE_BUNDLE = statement(
  'privacy-move-bundle',
  `UPDATE platform.data_subject_bundles
   SET status = $3, reader_hash = $4, updated_at = $5, updated_by = $6, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);

export const READ_CHUNK = statement(
  'privacy-read-chunk',
  `SELECT id, content_sealed FROM platform.data_subject_bundle_chunks
   WHERE tenant_id = $1 AND bundle_id = $2 AND position = $3`,
);

export const DELETE_CHUNKS = statement(
  'privacy-delete-chunks',
  'DELETE FROM platform.data_subject_bundle_chunks WHERE tenant_id = $1 AND bundle_id = $2',
);

/** Run by the system role, for all tenants. */
export const EXPIRE_BUNDLES = `
  WITH expired AS (
    UPDATE platform.data_subject_bundles
    SET status = 'expired', reader_hash = NULL, updated_at = $1, version = version + 1
    WHERE status IN ('ready', 'downloading') AND expires_at <= $1
    RETURNING tenant_id, id
  )
  DELETE FROM platform.data_subject_bundle_chunks c USING expired e
  WHERE c.tenant_id = e.tenant_id AND c.bundle_id = e.id`;

/** Parts of requests that are over, and requests whose identity was never shown. Run by the system role. */
export const DELETE_STRAY_PARTS = `
  DELETE FROM platform.data_subject_parts p USING platform.data_subject_requests r
  WHERE r.tenant_id = p.tenant_id AND r.id = p.request_id AND r.status IN ('completed', 'refused', 'cancelled')`;

export const ABANDONED_REQUESTS = `
  SELECT r.tenant_id AS "tenantId", r.id, t.service_user_id AS "serviceUserId"
  FROM platform.data_subject_requests r JOIN platform.tenants t ON t.tenant_id = r.tenant_id
  WHERE r.status IN ('received', 'identity_check') AND r.received_at < $1 LIMIT 500`;
