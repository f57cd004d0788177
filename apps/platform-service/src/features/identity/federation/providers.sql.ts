import { statement } from '@kit/service';

const PROVIDER = `id, tenant_id, key, name, profile, issuer, client_id, client_authentication, credential_sealed,
  client_key_id, credential_changed_at, scopes, acr_values, minimum_acr, mfa_acr, linking, provisioning, default_role,
  status, created_at, version`;

/** Of any tenant, by an id that somebody outside sends: whose it is. */
export const TENANT_OF_PROVIDER = statement(
  'tenant-of-identity-provider',
  `SELECT t.tenant_id AS id, t.slug, t.status FROM platform.identity_providers p
   JOIN platform.tenants t ON t.tenant_id = p.tenant_id WHERE p.id = $1`,
);

export const FIND_ENABLED_PROVIDER = statement(
  'find-enabled-identity-provider',
  `SELECT ${PROVIDER} FROM platform.identity_providers
   WHERE tenant_id = $1 AND (id = $2 OR key = $3) AND status = 'enabled'`,
);

export const GET_PROVIDER = statement(
  'get-identity-provider',
  `SELECT ${PROVIDER} FROM platform.identity_providers WHERE tenant_id = $1 AND id = $2 AND status <> 'deleted'`,
);

export const LOCK_PROVIDER = statement(
  'lock-identity-provider',
  `SELECT ${PROVIDER} FROM platform.identity_providers
   WHERE tenant_id = $1 AND id = $2 AND status <> 'deleted' FOR UPDATE`,
);

export const LIST_PROVIDERS = statement(
  'list-identity-providers',
  `SELECT ${PROVIDER} FROM platform.identity_providers
   WHERE tenant_id = $1 AND status <> 'deleted' AND key > coalesce($2, '') ORDER BY key LIMIT $3`,
);

export const LIST_SIGN_IN_PROVIDERS = statement(
  'list-sign-in-providers',
  `SELECT key, name, profile FROM platform.identity_providers
   WHERE tenant_id = $1 AND status = 'enabled' AND key > coalesce($2, '') ORDER BY key LIMIT $3`,
);

export const INSERT_PROVIDER = statement(
  'insert-identity-provider',
  `INSERT INTO platform.identity_providers (tenant_id, id, key, name, profile, issuer, client_id, client_authentication,
     credential_sealed, client_key_id, credential_changed_at, scopes, acr_values, minimum_acr, mfa_acr, linking,
     provisioning, default_role, status, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $11, $20, $11, $20)
   ON CONFLICT (tenant_id, key) DO NOTHING
   RETURNING ${PROVIDER}`,
);

export const UPDATE_PROVIDER = statement(
  'update-identity-provider',
  `UPDATE platform.identity_providers
   SET name = $3, client_id = $4, client_authentication = $5, credential_sealed = $6, client_key_id = $7,
     credential_changed_at = $8, scopes = $9, acr_values = $10, minimum_acr = $11, mfa_acr = $12, linking = $13,
     provisioning = $14, default_role = $15, status = $16, updated_at = $17, updated_by = $18, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING ${PROVIDER}`,
);

export const DELETE_PROVIDER = statement(
  'delete-identity-provider',
  `UPDATE platform.identity_providers
   SET status = 'deleted', credential_sealed = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2
   RETURNING ${PROVIDER}`,
);

export const REQUIRED_BY_DOMAIN = statement(
  'identity-provider-required-by-domain',
  'SELECT id FROM platform.domains WHERE tenant_id = $1 AND required_provider_id = $2 LIMIT 1',
);

/** Sessions that a provider vouched for. */
export const END_SESSIONS_OF_PROVIDER = statement(
  'end-sessions-of-identity-provider',
  `UPDATE platform.sessions
   SET status = 'ended', ended_at = $3, end_reason = 'revoked', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND provider = $2 AND status = 'active'
   RETURNING id, user_id, version`,
);
