import { statement } from '@kit/service';

/** Events that products let out, and the modules that stand for having the product at all. */
export const CATALOGUE = `
  SELECT key, manifest->'webhookEvents' AS events,
    ARRAY(SELECT module->>'key' FROM jsonb_array_elements(manifest->'modules') module) AS modules
  FROM platform.products WHERE status = 'active' ORDER BY key`;

export const EVENT_STREAMS = `
  SELECT key, manifest->'eventStream' AS stream FROM platform.products
  WHERE status = 'active' AND manifest ? 'eventStream' ORDER BY key`;

const WEBHOOK = `id, url, event_types, description, rate_per_second, status, disabled_reason, consecutive_failures,
  failing_since, last_success_at, last_failure_at, held_until, created_at, version`;

export const INSERT_WEBHOOK = statement(
  'insert-webhook',
  `INSERT INTO platform.webhook_endpoints (tenant_id, id, url, event_types, description, rate_per_second,
     created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8) RETURNING ${WEBHOOK}`,
);

/** One at a time per tenant, so that no two creations both count one too few. */
export const LOCK_WEBHOOKS = statement(
  'lock-webhooks',
  "SELECT pg_advisory_xact_lock(hashtextextended('webhooks/' || $1::text, 0))",
);

export const COUNT_WEBHOOKS = statement(
  'count-webhooks',
  "SELECT count(*)::int AS count FROM platform.webhook_endpoints WHERE tenant_id = $1 AND status <> 'removed'",
);

export const LOCK_WEBHOOK = statement(
  'lock-webhook',
  `SELECT ${WEBHOOK} FROM platform.webhook_endpoints
   WHERE tenant_id = $1 AND id = $2 AND status <> 'removed' FOR NO KEY UPDATE`,
);

export const GET_WEBHOOK = statement(
  'get-webhook',
  `SELECT ${WEBHOOK} FROM platform.webhook_endpoints WHERE tenant_id = $1 AND id = $2 AND status <> 'removed'`,
);

export const LIST_WEBHOOKS = statement(
  'list-webhooks',
  `SELECT ${WEBHOOK} FROM platform.webhook_endpoints
   WHERE tenant_id = $1 AND status <> 'removed' AND id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
   ORDER BY id LIMIT $3`,
);

export const UPDATE_WEBHOOK = statement(
  'update-webhook',
  `UPDATE platform.webhook_endpoints
   SET url = $3, event_types = $4, description = $5, rate_per_second = $6, updated_at = $7, updated_by = $8,
     version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING ${WEBHOOK}`,
);

export const DISABLE_WEBHOOK = statement(
  'disable-webhook',
  `UPDATE platform.webhook_endpoints
   SET status = 'disabled', disabled_reason = $3, disabled_at = $4, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'active' RETURNING ${WEBHOOK}`,
);

/** With a clean slate: what went wrong before says nothing about from now on. */
export const ENABLE_WEBHOOK = statement(
  'enable-webhook',
  `UPDATE platform.webhook_endpoints
   SET status = 'active', disabled_reason = NULL, disabled_at = NULL, consecutive_failures = 0, first_failure_at = NULL,
     failing_since = NULL, held_until = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'disabled' RETURNING ${WEBHOOK}`,
);

export const REMOVE_WEBHOOK = statement(
  'remove-webhook',
  `UPDATE platform.webhook_endpoints
   SET status = 'removed', disabled_reason = NULL, disabled_at = NULL, updated_at = $3, updated_by = $4,
     version = version + 1
   WHERE tenant_id = $1 AND id = $2 RETURNING version`,
);

export const REMOVE_SECRETS = statement(
  'remove-webhook-secrets',
  'DELETE FROM platform.webhook_secrets WHERE tenant_id = $1 AND endpoint_id = $2',
);

export const INSERT_SECRET = statement(
  'insert-webhook-secret',
  `INSERT INTO platform.webhook_secrets (tenant_id, id, endpoint_id, secret_sealed, created_at, created_by, updated_at,
     updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6)`,
);

/** Those that have ended sign nothing any more, so they go. */
export const REMOVE_ENDED_SECRETS = statement(
  'remove-ended-webhook-secrets',
  'DELETE FROM platform.webhook_secrets WHERE tenant_id = $1 AND endpoint_id = $2 AND signs_until <= $3',
);

export const COUNT_SECRETS = statement(
  'count-webhook-secrets',
  'SELECT count(*)::int AS count FROM platform.webhook_secrets WHERE tenant_id = $1 AND endpoint_id = $2',
);

export const END_CURRENT_SECRET = statement(
  'end-current-webhook-secret',
  `UPDATE platform.webhook_secrets SET signs_until = $3, updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND endpoint_id = $2 AND signs_until IS NULL`,
);

/** People who hold the role everywhere in the tenant, to be told by mail. */
export const ADMINISTRATORS = statement(
  'webhook-administrators',
  `SELECT DISTINCT u.email, coalesce(u.locale, t.locale) AS locale FROM platform.user_roles g
   JOIN platform.tenants t ON t.tenant_id = g.tenant_id
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id
   WHERE g.tenant_id = $1 AND r.key = 'tenant_administrator' AND g.scope = 'tenant' AND g.status = 'active'
     AND (g.expires_at IS NULL OR g.expires_at > $2) AND u.kind = 'person' AND u.status = 'active'`,
);

export const TENANT_SLUG = statement('webhook-tenant-slug', 'SELECT slug FROM platform.tenants WHERE tenant_id = $1');
