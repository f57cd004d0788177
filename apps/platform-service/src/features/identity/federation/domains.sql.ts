import { statement } from '@kit/service';

const DOMAIN = `id, domain, challenge, status, required_provider_id, verified_at, checked_at, missing_since, created_at,
  version`;

export const INSERT_DOMAIN = statement(
  'insert-domain',
  `INSERT INTO platform.domains (tenant_id, id, domain, challenge, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6)
   ON CONFLICT (tenant_id, domain) WHERE status <> 'removed' DO NOTHING
   RETURNING ${DOMAIN}`,
);

export const GET_DOMAIN = statement(
  'get-domain',
  `SELECT ${DOMAIN} FROM platform.domains WHERE tenant_id = $1 AND id = $2 AND status <> 'removed'`,
);

export const LOCK_DOMAIN = statement('lock-domain', `${GET_DOMAIN.text} FOR UPDATE`);

export const LIST_DOMAINS = statement(
  'list-domains',
  `SELECT ${DOMAIN} FROM platform.domains
   WHERE tenant_id = $1 AND status <> 'removed' AND domain > coalesce($2, '') ORDER BY domain LIMIT $3`,
);

const CHANGE = 'updated_at = $3, updated_by = $4, version = version + 1';

/** Violates domains_one_owner when another tenant was faster. */
export const MARK_VERIFIED = statement(
  'mark-domain-verified',
  `UPDATE platform.domains SET status = 'verified', verified_at = $3, checked_at = $3, missing_since = NULL, ${CHANGE}
   WHERE tenant_id = $1 AND id = $2 RETURNING ${DOMAIN}`,
);

export const REQUIRE_PROVIDER = statement(
  'require-identity-provider',
  `UPDATE platform.domains SET required_provider_id = $5, ${CHANGE} WHERE tenant_id = $1 AND id = $2 RETURNING ${DOMAIN}`,
);

export const REMOVE_DOMAIN = statement(
  'remove-domain',
  `UPDATE platform.domains SET status = 'removed', required_provider_id = NULL, ${CHANGE}
   WHERE tenant_id = $1 AND id = $2`,
);

/** Verified ones nobody has looked at for a while ($1). Run as the system role. */
export const DOMAINS_TO_CHECK = `
  SELECT d.tenant_id, d.id, d.domain, d.challenge, t.service_user_id FROM platform.domains d
  JOIN platform.tenants t ON t.tenant_id = d.tenant_id
  WHERE d.status = 'verified' AND d.checked_at < $1 ORDER BY d.checked_at LIMIT 500`;

export const STILL_VERIFIED = statement(
  'note-domain-still-verified',
  `UPDATE platform.domains SET checked_at = $3, missing_since = NULL, ${CHANGE}
   WHERE tenant_id = $1 AND id = $2 AND status = 'verified'`,
);

/** Missing, and lapsed when it has been for longer than $5. */
export const RECORD_MISSING = statement(
  'note-domain-record-missing',
  `UPDATE platform.domains
   SET checked_at = $3, missing_since = coalesce(missing_since, $3),
     status = CASE WHEN missing_since < $5 THEN 'lapsed' ELSE status END,
     required_provider_id = CASE WHEN missing_since < $5 THEN NULL ELSE required_provider_id END, ${CHANGE}
   WHERE tenant_id = $1 AND id = $2 AND status = 'verified'
   RETURNING ${DOMAIN}`,
);
