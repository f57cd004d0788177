import { statement } from '@kit/service';

/**
 * Requests that wait for DIGILIST, claimed for $2 seconds. An erasure that was answered by a database that has since been
 * replaced by an older backup has no answer here, and is done again. Run by the system role: of all tenants.
 */
export const CLAIM_REQUESTS = `
  WITH due AS (
    SELECT r.tenant_id, r.id, r.user_id, r.kind, r.status, r.version
    FROM digilist.platform_data_subject_requests r
    LEFT JOIN digilist.personal_data_answers a ON a.tenant_id = r.tenant_id AND a.id = r.id
    WHERE NOT r.deleted AND coalesce(a.claimed_until, '-infinity') <= now()
      AND ((r.status = 'in_progress' AND 'digilist' = ANY (r.awaiting) AND coalesce(a.answered_version, 0) < r.version)
        OR (r.kind = 'erasure' AND r.status = 'completed' AND a.erased_at IS NULL))
    ORDER BY r.tenant_id, r.id LIMIT $1
  ), claimed AS (
    INSERT INTO digilist.personal_data_answers AS a (tenant_id, id, claimed_until)
    SELECT tenant_id, id, now() + $2 * interval '1 second' FROM due
    ON CONFLICT (tenant_id, id) DO UPDATE SET claimed_until = excluded.claimed_until, attempts = a.attempts + 1
      WHERE a.claimed_until <= now()
    RETURNING a.tenant_id, a.id
  )
  SELECT d.tenant_id AS "tenantId", d.id, d.user_id AS "userId", d.kind, d.status, d.version::int,
    coalesce(u.email, '') AS email, t.service_user_id AS "serviceUserId"
  FROM due d JOIN claimed c ON c.tenant_id = d.tenant_id AND c.id = d.id
  JOIN digilist.platform_tenants t ON t.id = d.tenant_id
  LEFT JOIN digilist.platform_users u ON u.tenant_id = d.tenant_id AND u.id = d.user_id`;

export const ANSWERED = `
  UPDATE digilist.personal_data_answers
  SET answered_version = $3, erased_at = CASE WHEN $4 THEN now() ELSE erased_at END, claimed_until = now()
  WHERE tenant_id = $1 AND id = $2`;

export const REGISTER_KEPT = statement(
  'register-kept',
  `INSERT INTO digilist.retention_register (tenant_id, request_id, user_id, table_name, row_id, category, legal_ground,
     retain_until, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, table_name, row_id) DO NOTHING`,
);

/** What the law no longer asks for: the booking and the invoice of nobody in particular. Run by the system role. */
export const END_RETENTION = `
  WITH over AS (
    SELECT g.tenant_id, g.id, g.table_name, g.row_id, t.service_user_id
    FROM digilist.retention_register g
    JOIN digilist.platform_tenants t ON t.id = g.tenant_id
    JOIN digilist.platform_users u ON u.tenant_id = t.id AND u.id = t.service_user_id
    WHERE g.table_name IN ('bookings', 'invoices') AND g.retain_until <= $1 LIMIT 500
  ), anonymous AS (
    UPDATE digilist.bookings b SET user_id = o.service_user_id, created_by = o.service_user_id,
      updated_by = o.service_user_id, updated_at = $1, version = b.version + 1
    FROM over o WHERE o.table_name = 'bookings' AND b.tenant_id = o.tenant_id AND b.id = o.row_id
  ), nameless AS (
    UPDATE digilist.invoices i SET buyer_user_id = o.service_user_id, buyer = jsonb_set(i.buyer, '{name}', '""'),
      updated_by = o.service_user_id, updated_at = $1, version = i.version + 1
    FROM over o WHERE o.table_name = 'invoices' AND i.tenant_id = o.tenant_id AND i.id = o.row_id
  )
  DELETE FROM digilist.retention_register g USING over o WHERE g.tenant_id = o.tenant_id AND g.id = o.id`;

export const RESTRICTED = statement(
  'processing-restricted',
  `SELECT id FROM digilist.platform_data_subject_requests
   WHERE tenant_id = $1 AND user_id = $2 AND restricts AND NOT deleted LIMIT 1`,
);

export const CONSENTED = statement(
  'consented',
  `SELECT status FROM digilist.platform_consents
   WHERE tenant_id = $1 AND user_id = $2 AND purpose_key = $3 AND NOT deleted AND status = 'given'`,
);
