import { statement } from '@kit/service';
import type { SettingDefinition, SettingScope, SettingStatus } from '@platform/contracts';
import type { QueryResultRow } from 'pg';

export interface LayerRow extends QueryResultRow {
  key: string;
  layer: 'plan' | SettingScope;
  of: string | null;
  value: unknown;
  status: SettingStatus;
  version: number;
}

/**
 * What plan, tenant, organizations and user say of these keys ($2; all of them when null), the weakest first. $3: the
 * organization, whose ancestors count as well. Cleared rows are there for their versions.
 */
export const LAYERS = statement(
  'settings-layers',
  `SELECT e.key, 'plan' AS layer, NULL::uuid AS of, e.value, 'set' AS status, 0 AS version, 1 AS rank, 0 AS depth
   FROM platform.subscriptions s
   JOIN platform.plans p ON p.id = s.plan_id, jsonb_each(p.definition->'settings') e
   WHERE s.tenant_id = $1 AND s.status IN ('trialing', 'active', 'past_due') AND ($2::text[] IS NULL OR e.key = ANY ($2))
   UNION ALL
   SELECT s.key,
          CASE WHEN s.user_id IS NOT NULL THEN 'user' WHEN s.org_id IS NOT NULL THEN 'org' ELSE 'tenant' END,
          coalesce(s.user_id, s.org_id), s.value, s.status, s.version,
          CASE WHEN s.user_id IS NOT NULL THEN 4 WHEN s.org_id IS NOT NULL THEN 3 ELSE 2 END,
          coalesce(array_position(place.path, s.org_id), 0)
   FROM (SELECT coalesce((SELECT o.ancestor_ids || o.id FROM platform.organizations o
                          WHERE o.tenant_id = $1 AND o.id = $3::uuid), '{}') AS path) place
   JOIN platform.tenant_settings s ON s.tenant_id = $1 AND ($2::text[] IS NULL OR s.key = ANY ($2))
     AND CASE WHEN s.user_id IS NOT NULL THEN s.user_id = $4::uuid
              WHEN s.org_id IS NOT NULL THEN s.org_id = ANY (place.path) ELSE true END
   ORDER BY key, rank, depth`,
);

/** $1: these products, all when null. */
export const PRODUCT_VERSIONS = statement(
  'settings-product-versions',
  `SELECT key, version FROM platform.products
   WHERE status = 'active' AND ($1::text[] IS NULL OR key = ANY ($1)) ORDER BY key`,
);

export const DEFINITIONS_OF = statement(
  'settings-definitions',
  "SELECT version, coalesce(manifest->'settings', '[]') AS settings FROM platform.products WHERE key = $1",
);

export interface DefinitionsRow extends QueryResultRow {
  version: number;
  settings: SettingDefinition[];
}

export interface SettingRow extends QueryResultRow {
  id: string;
  key: string;
  org_id: string | null;
  user_id: string | null;
  value: unknown;
  status: SettingStatus;
  version: number;
  updated_at: Date;
}

const SETTING = 'id, key, org_id, user_id, value, status, version, updated_at';

export const LOCK_SETTING = statement(
  'settings-lock',
  `SELECT ${SETTING} FROM platform.tenant_settings
   WHERE tenant_id = $1 AND key = $2 AND org_id IS NOT DISTINCT FROM $3 AND user_id IS NOT DISTINCT FROM $4
   FOR UPDATE`,
);

export const INSERT_SETTING = statement(
  'settings-insert',
  `INSERT INTO platform.tenant_settings
     (tenant_id, key, org_id, user_id, value, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $6, $7)
   ON CONFLICT DO NOTHING
   RETURNING ${SETTING}`,
);

/** $3 null: the value is taken back. */
export const UPDATE_SETTING = statement(
  'settings-update',
  `UPDATE platform.tenant_settings
   SET value = $3::jsonb, status = CASE WHEN $3 IS NULL THEN 'cleared' ELSE 'set' END,
       updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING ${SETTING}`,
);

export const SETTING_STATES = statement(
  'settings-states',
  `SELECT ${SETTING} FROM platform.tenant_settings WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) AND status = 'set'`,
);

export const ORGANIZATION_EXISTS = statement(
  'settings-organization',
  'SELECT id FROM platform.organizations WHERE tenant_id = $1 AND id = $2',
);

export const USER_EXISTS = statement('settings-user', 'SELECT id FROM platform.users WHERE tenant_id = $1 AND id = $2');
