import { statement } from '@kit/service';

/** Kinds that products offer. */
export const KINDS = `
  SELECT key AS product, manifest->'integrations' AS kinds FROM platform.products
  WHERE status = 'active' AND manifest ? 'integrations' ORDER BY key`;

const INTEGRATION = `id, kind, name, config, secrets_sealed, secret_hints, token_sealed, token_expires_at, tested_at,
  test_problem, status, created_at, version`;

export const integrationSecrets = (id: string) => ({ table: 'integration_configs', column: 'secrets_sealed', row: id });
export const integrationToken = (id: string) => ({ table: 'integration_configs', column: 'token_sealed', row: id });

export const INSERT_INTEGRATION = statement(
  'insert-integration',
  `INSERT INTO platform.integration_configs (tenant_id, id, kind, name, config, secrets_sealed, secret_hints, created_at,
     created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)
   ON CONFLICT (tenant_id, kind, name) WHERE status <> 'removed' DO NOTHING
   RETURNING ${INTEGRATION}`,
);

export const GET_INTEGRATION = statement(
  'get-integration',
  `SELECT ${INTEGRATION} FROM platform.integration_configs WHERE tenant_id = $1 AND id = $2 AND status <> 'removed'`,
);

export const LOCK_INTEGRATION = statement(
  'lock-integration',
  `SELECT ${INTEGRATION} FROM platform.integration_configs
   WHERE tenant_id = $1 AND id = $2 AND status <> 'removed' FOR UPDATE`,
);

export const LIST_INTEGRATIONS = statement(
  'list-integrations',
  `SELECT ${INTEGRATION} FROM platform.integration_configs
   WHERE tenant_id = $1 AND status <> 'removed' AND ($2::text IS NULL OR kind = $2)
     AND id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY id LIMIT $4`,
);

export const OTHER_WITH_NAME = statement(
  'other-integration-with-name',
  `SELECT 1 FROM platform.integration_configs
   WHERE tenant_id = $1 AND kind = $2 AND name = $3 AND id <> $4 AND status <> 'removed'`,
);

export const UPDATE_INTEGRATION = statement(
  'update-integration',
  `UPDATE platform.integration_configs
   SET name = $3, config = $4, secrets_sealed = $5, secret_hints = $6, status = $7, token_sealed = NULL,
     token_expires_at = NULL, updated_at = $8, updated_by = $9, version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING ${INTEGRATION}`,
);

export const REMOVE_INTEGRATION = statement(
  'remove-integration',
  `UPDATE platform.integration_configs
   SET status = 'removed', config = '{}', secrets_sealed = NULL, secret_hints = '{}', token_sealed = NULL,
     token_expires_at = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING version`,
);

/** How it went says nothing new of the configuration, so no new version. */
export const MARK_TESTED = statement(
  'mark-integration-tested',
  'UPDATE platform.integration_configs SET tested_at = $3, test_problem = $4 WHERE tenant_id = $1 AND id = $2',
);

/** A token that was renewed, like a test, leaves the configuration what it is. */
export const PUT_TOKEN = statement(
  'put-integration-token',
  'UPDATE platform.integration_configs SET token_sealed = $3, token_expires_at = $4 WHERE tenant_id = $1 AND id = $2',
);
