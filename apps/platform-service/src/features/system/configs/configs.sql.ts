import { statement } from '@kit/service';
import type { SystemConfigDefinition } from '@platform/contracts';

export interface ConfigRow extends Record<string, unknown> {
  id: string;
  key: string;
  product: string | null;
  for_tenant: string | null;
  value: unknown;
  value_sealed: string | null;
  layer_version: number;
  status: 'active' | 'superseded' | 'removed';
  updated_by: string;
  updated_at: Date;
}

export interface DefinitionsRow extends Record<string, unknown> {
  key: string;
  configs: SystemConfigDefinition[];
}

export const PRODUCT_CONFIGS = statement(
  'configs-of-products',
  `SELECT key, manifest->'systemConfigs' AS configs FROM platform.products
   WHERE status = 'active' AND manifest->'systemConfigs' IS NOT NULL ORDER BY key`,
);

const CONFIG = `SELECT id, key, product, for_tenant, value, value_sealed, layer_version, status, updated_by, updated_at
  FROM platform.system_configs`;
/** What holds for a product ($2) and a tenant ($3), of these keys. */
export const ACTIVE_CONFIGS = statement(
  'configs-active',
  `${CONFIG} WHERE key = ANY ($1::text[]) AND status = 'active' AND (product IS NULL OR product = $2)
     AND (for_tenant IS NULL OR for_tenant = $3)`,
);
export const GLOBAL_CONFIG = `
  SELECT value FROM platform.system_configs
  WHERE key = $1 AND status = 'active' AND product IS NULL AND for_tenant IS NULL`;
const LAYER = 'key = $1 AND product IS NOT DISTINCT FROM $2 AND for_tenant IS NOT DISTINCT FROM $3';
export const LAYER_VERSIONS = statement(
  'configs-layer-versions',
  `${CONFIG} WHERE ${LAYER} ORDER BY layer_version DESC LIMIT 200`,
);
export const TENANT_EXISTS = statement('configs-tenant', 'SELECT id FROM platform.tenants WHERE id = $1');

// The statements below are run by the system role: global tables are read-only for everybody else.

export const LOCK_CONFIGS = statement(
  'configs-lock',
  "SELECT pg_advisory_xact_lock(hashtext('platform.system_configs'))",
);
export const END_ACTIVE = statement(
  'configs-end-active',
  `UPDATE platform.system_configs SET status = 'superseded', updated_at = $4, version = version + 1
   WHERE ${LAYER} AND status = 'active'`,
);
export const INSERT_CONFIG = statement(
  'configs-insert',
  `INSERT INTO platform.system_configs (id, key, product, for_tenant, value, value_sealed, layer_version, status,
     created_at, created_by, updated_at, updated_by)
   SELECT $4, $1, $2, $3, $5, $6, coalesce(max(layer_version), 0) + 1, $7, $8, $9, $8, $9
   FROM platform.system_configs WHERE ${LAYER}`,
);
