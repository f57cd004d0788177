import { statement } from '@kit/service';
import type { PurgeStatus } from '@platform/contracts';
import type { QueryResultRow } from 'pg';

export interface PurgeRow extends QueryResultRow {
  id: string;
  purged_tenant_id: string;
  slug: string;
  counts: Record<string, number>;
  products: Record<string, { reportedAt: string; tables: Record<string, number> } | null>;
  status: PurgeStatus;
  created_at: Date;
  updated_at: Date;
}

const PURGE = 'id, purged_tenant_id, slug, counts, products, status, created_at, updated_at';

/** Run by the system role. Whose log is held is not deleted, however long ago that was wanted. */
export const TENANTS_DUE = `
  SELECT t.id, t.slug FROM platform.tenants t
  WHERE t.status = 'pending_deletion' AND t.deletion_due_at <= $1
    AND NOT EXISTS (SELECT FROM platform.audit_holds h WHERE h.tenant_id = t.id AND h.status = 'active')
  ORDER BY t.deletion_due_at`;

export const PURGES_RUNNING = `SELECT ${PURGE} FROM platform.tenant_purges WHERE status = 'running' ORDER BY id`;

export const ACTIVE_PRODUCTS = statement(
  'lifecycle-active-products',
  "SELECT key FROM platform.products WHERE status = 'active' ORDER BY key",
);

export const INSERT_PURGE = statement(
  'lifecycle-insert-purge',
  `INSERT INTO platform.tenant_purges
     (tenant_id, purged_tenant_id, slug, products, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4::jsonb, $5, $6, $5, $6)`,
);

export const PURGE_TABLE = statement(
  'lifecycle-purge-table',
  'SELECT platform.purge_tenant_table($1, $2)::int AS gone',
);

export const ADD_COUNT = statement(
  'lifecycle-add-count',
  `UPDATE platform.tenant_purges
   SET counts = jsonb_set(counts, ARRAY[$3], to_jsonb(coalesce((counts->>$3)::bigint, 0) + $4::bigint)),
       updated_at = $5, version = version + 1
   WHERE tenant_id = $1 AND purged_tenant_id = $2`,
);

export const PURGE_OF = statement(
  'lifecycle-purge-of',
  `SELECT ${PURGE} FROM platform.tenant_purges WHERE tenant_id = $1 AND purged_tenant_id = $2`,
);

/** What a product reports again adds to what it reported before: it may have been interrupted in between. */
export const REPORT_PURGED = statement(
  'lifecycle-report-purged',
  `UPDATE platform.tenant_purges p
   SET products = jsonb_set(products, ARRAY[$3], jsonb_build_object('reportedAt', $4::text, 'tables', $5::jsonb)),
       updated_at = $6, version = version + 1
   WHERE tenant_id = $1 AND purged_tenant_id = $2 AND status = 'running' AND products ? $3
   RETURNING id`,
);

export const FINISH_PURGE = statement(
  'lifecycle-finish-purge',
  `UPDATE platform.tenant_purges SET status = 'done', updated_at = $3, version = version + 1
   WHERE tenant_id = $1 AND purged_tenant_id = $2 AND status = 'running' RETURNING id`,
);

export const INSERT_MANIFEST = statement(
  'lifecycle-insert-manifest',
  `INSERT INTO platform.purge_manifests (tenant_id, purged_tenant_id, manifest, signature, created_at, created_by)
   VALUES ($1, $2, $3::jsonb, $4, $5, $6)`,
);

export const MANIFEST_OF = statement(
  'lifecycle-manifest-of',
  `SELECT signature, created_at FROM platform.purge_manifests WHERE tenant_id = $1 AND purged_tenant_id = $2`,
);

/** What is left of a tenant says no more than that there was one. */
export const EMPTY_SHELL = statement(
  'lifecycle-empty-shell',
  `UPDATE platform.tenants
   SET slug = 'purged-' || id, name = 'purged', status = 'purged', status_reason = NULL, updated_at = $2,
       version = version + 1
   WHERE tenant_id = $1
   RETURNING id, slug, name, status, region, locale, timezone, service_user_id, created_at, version, status_reason,
     deletion_due_at`,
);

export const EMPTY_SERVICE_USER = statement(
  'lifecycle-empty-service-user',
  `UPDATE platform.users u SET email = 'service@' || t.id || '.invalid', name = 'purged', status = 'deactivated',
     updated_at = $2, version = u.version + 1
   FROM platform.tenants t WHERE t.tenant_id = $1 AND u.tenant_id = $1 AND u.id = t.service_user_id`,
);
