import { statement } from '@kit/service';

/** The newest version of each purpose of products that are there. */
export const PURPOSES = statement(
  'privacy-purposes',
  `SELECT DISTINCT ON (c.key) c.key, c.product, c.purpose_version AS version, c.title, c.notice, c.notice_hash,
     coalesce((SELECT max(r.purpose_version) FROM platform.consent_purposes r WHERE r.key = c.key AND r.renews), 0) AS renewed_at
   FROM platform.consent_purposes c JOIN platform.products p ON p.key = c.product AND p.status = 'active'
   WHERE $1::text IS NULL OR c.key = $1
   ORDER BY c.key, c.purpose_version DESC`,
);

const ACT =
  'c.id, c.user_id, c.purpose, c.purpose_version, c.status, c.act, c.occurred_at, c.language, c.notice_hash, c.channel';

/** The last act of a user on each purpose: the ledger's current state. */
export const LAST_ACTS = statement(
  'privacy-last-acts',
  `SELECT DISTINCT ON (c.purpose) ${ACT} FROM platform.gdpr_consents c
   WHERE c.tenant_id = $1 AND c.user_id = $2 AND ($3::text IS NULL OR c.purpose = $3)
   ORDER BY c.purpose, c.act DESC`,
);

export const DECIDED_PURPOSES = `
  SELECT DISTINCT user_id AS "userId", purpose FROM platform.gdpr_consents WHERE tenant_id = $1 ORDER BY user_id, purpose`;

const PERSON = `SELECT u.id, u.name, u.email, u.kind, u.locale, u.erased_at, t.locale AS tenant_locale,
     t.name AS tenant_name, t.slug, t.timezone, t.service_user_id
   FROM platform.users u JOIN platform.tenants t ON t.tenant_id = u.tenant_id
   WHERE u.tenant_id = $1 AND u.id = $2`;

export const FIND_PERSON = statement('privacy-find-person', PERSON);

/** Held until the transaction ends: acts of one person follow one another. */
export const LOCK_PERSON = statement('privacy-lock-person', `${PERSON} FOR NO KEY UPDATE OF u`);

export const INSERT_ACT = statement(
  'privacy-insert-act',
  `INSERT INTO platform.gdpr_consents AS c (tenant_id, id, user_id, purpose, purpose_version, status, act, occurred_at,
     language, notice_hash, channel, evidence_sealed, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $8, $13)
   RETURNING ${ACT}`,
);

/** Consents that a newer notice has made stale and that still stand as given. Read by the system role. */
export const STALE_CONSENTS = `
  SELECT c.tenant_id AS "tenantId", c.user_id AS "userId", c.purpose, t.service_user_id AS "serviceUserId"
  FROM platform.gdpr_consents c
  JOIN platform.tenants t ON t.tenant_id = c.tenant_id
  WHERE c.status = 'given'
    AND c.purpose_version < (SELECT max(p.purpose_version) FROM platform.consent_purposes p WHERE p.key = c.purpose AND p.renews)
    AND NOT EXISTS (SELECT FROM platform.gdpr_consents n
                    WHERE n.tenant_id = c.tenant_id AND n.user_id = c.user_id AND n.purpose = c.purpose AND n.act > c.act)
  ORDER BY c.tenant_id, c.user_id LIMIT $1`;
