import { statement } from '@kit/service';
import type { ProductManifest } from '@platform/contracts';

export interface ProductRow extends Record<string, unknown> {
  key: string;
  name: string;
  manifest: ProductManifest;
  manifest_digest: string;
  version: number;
  created_at: Date;
}

export const LIST_PRODUCTS = statement(
  'products-list',
  `SELECT key, name, manifest, manifest_digest, version, created_at FROM platform.products
   WHERE status = 'active' AND ($1::text IS NULL OR key > $1) ORDER BY key LIMIT $2`,
);

export const AUDIT_STREAMS = statement(
  'products-audit-streams',
  `SELECT key, manifest->'auditStream' AS stream FROM platform.products
   WHERE status = 'active' AND manifest->'auditStream' IS NOT NULL ORDER BY key`,
);

// The statements below are run by the system role: global tables are read-only for everybody else.

/** Two instances of a product may start at once; their manifests go one after the other. */
export const LOCK_PRODUCTS = statement('products-lock', "SELECT pg_advisory_xact_lock(hashtext('platform.products'))");

export const PRODUCT_DIGEST = statement(
  'products-digest',
  'SELECT manifest_digest, version FROM platform.products WHERE key = $1',
);

export const TEMPLATES_OF_OTHERS = statement(
  'products-templates-of-others',
  'SELECT key FROM platform.role_templates WHERE key = ANY ($2::text[]) AND product IS DISTINCT FROM $1 ORDER BY key',
);

export const SYSTEM_TEMPLATES = statement(
  'products-system-templates',
  'SELECT key FROM platform.role_templates WHERE key = ANY ($1::text[]) AND product IS NULL',
);

export const CHANGED_PLANS = statement(
  'products-changed-plans',
  `SELECT p.key, p.plan_version
   FROM jsonb_to_recordset($2::jsonb) AS wanted (key text, version int, name text, definition jsonb)
   JOIN platform.plans p ON p.product = $1 AND p.key = wanted.key AND p.plan_version = wanted.version
   WHERE (p.name, p.definition) IS DISTINCT FROM (wanted.name, wanted.definition)
   ORDER BY p.key, p.plan_version`,
);

export const PUT_PRODUCT = statement(
  'products-put',
  `INSERT INTO platform.products AS p (key, name, manifest, manifest_digest, audit_stream, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $1, $1)
   ON CONFLICT (key) DO UPDATE
     SET name = excluded.name, manifest = excluded.manifest, manifest_digest = excluded.manifest_digest,
         audit_stream = excluded.audit_stream, status = 'active', updated_at = now(), updated_by = excluded.updated_by,
         version = p.version + 1
   RETURNING version`,
);

/** New and changed ones are written, those that are gone retire: a key is never free for something else again. */
export const PUT_PERMISSIONS = statement(
  'products-put-permissions',
  `WITH wanted AS (SELECT key, text FROM jsonb_to_recordset($2::jsonb) AS w (key text, text jsonb)),
   gone AS (
     UPDATE platform.permissions SET status = 'retired', updated_at = now(), updated_by = $1, version = version + 1
     WHERE product = $1 AND status = 'active' AND key NOT IN (SELECT key FROM wanted)
   )
   INSERT INTO platform.permissions AS p (key, product, description, created_by, updated_by)
   SELECT key, $1, text, $1, $1 FROM wanted
   ON CONFLICT (key) DO UPDATE
     SET description = excluded.description, status = 'active', updated_at = now(), updated_by = excluded.updated_by,
         version = p.version + 1
     WHERE (p.description, p.status) IS DISTINCT FROM (excluded.description, 'active')`,
);

export const PUT_TEMPLATES = statement(
  'products-put-templates',
  `WITH wanted AS (
     SELECT key, name, scope, ARRAY(SELECT DISTINCT jsonb_array_elements_text(permissions) ORDER BY 1) AS permissions
     FROM jsonb_to_recordset($2::jsonb) AS w (key text, name text, scope text, permissions jsonb)
   ),
   gone AS (
     UPDATE platform.role_templates SET status = 'retired', updated_at = now(), updated_by = $1, version = version + 1
     WHERE product = $1 AND status = 'published' AND key NOT IN (SELECT key FROM wanted)
   )
   INSERT INTO platform.role_templates AS t (key, product, name, scope, permissions, created_by, updated_by)
   SELECT key, $1, name, scope, permissions, $1, $1 FROM wanted
   ON CONFLICT (key) DO UPDATE
     SET name = excluded.name, scope = excluded.scope, permissions = excluded.permissions, status = 'published',
         updated_at = now(), updated_by = excluded.updated_by, version = t.version + 1
     WHERE (t.name, t.scope, t.permissions, t.status)
           IS DISTINCT FROM (excluded.name, excluded.scope, excluded.permissions, 'published')`,
);

/** What the product adds to PLATFORM's own templates takes the place of what it added before; all else stays. */
export const EXTEND_TEMPLATES = statement(
  'products-extend-templates',
  `WITH wanted AS (
     SELECT t.key, ARRAY(
       SELECT kept FROM unnest(t.permissions) AS kept WHERE NOT starts_with(kept, $1 || '.')
       UNION
       SELECT added FROM jsonb_to_recordset($2::jsonb) AS w (key text, permissions jsonb),
              jsonb_array_elements_text(w.permissions) AS added
       WHERE w.key = t.key
       ORDER BY 1) AS permissions
     FROM platform.role_templates t WHERE t.product IS NULL
   )
   UPDATE platform.role_templates t
   SET permissions = wanted.permissions, updated_at = now(), updated_by = $1, version = t.version + 1
   FROM wanted WHERE t.key = wanted.key AND t.permissions IS DISTINCT FROM wanted.permissions`,
);

/** Versions that are no longer on offer retire; who subscribed to one keeps it. */
export const PUT_PLANS = statement(
  'products-put-plans',
  `WITH wanted AS (
     SELECT key, version, name, definition
     FROM jsonb_to_recordset($2::jsonb) AS w (key text, version int, name text, definition jsonb)
   ),
   gone AS (
     UPDATE platform.plans p SET status = 'retired', updated_at = now(), updated_by = $1, version = p.version + 1
     WHERE p.product = $1 AND p.status = 'active' AND (p.key, p.plan_version) NOT IN (SELECT key, version FROM wanted)
   )
   INSERT INTO platform.plans AS p (product, key, plan_version, name, definition, created_by, updated_by)
   SELECT $1, key, version, name, definition, $1, $1 FROM wanted
   ON CONFLICT (product, key, plan_version) DO UPDATE
     SET status = 'active', updated_at = now(), updated_by = excluded.updated_by, version = p.version + 1
     WHERE p.status = 'retired'`,
);
