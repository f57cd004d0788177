import { statement } from '@kit/service';

export const INSERT_MAIL = statement(
  'insert-mail',
  `INSERT INTO platform.mails (tenant_id, id, recipient, locale, content_sealed, next_attempt_at, created_at, created_by,
     updated_at, updated_by, forget)
   VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $6, $7, $8)`,
);

/** Due mails, theirs to send until the claim ends. Read by the system role: the queue is of all tenants. */
export const CLAIM_MAILS = `
  UPDATE platform.mails m
  SET attempts = m.attempts + 1, next_attempt_at = now() + $2 * interval '1 second'
  FROM (SELECT d.tenant_id, d.id FROM platform.mails d
        WHERE d.status = 'pending' AND d.next_attempt_at <= now()
        ORDER BY d.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) due, platform.tenants t
  WHERE m.tenant_id = due.tenant_id AND m.id = due.id AND t.tenant_id = m.tenant_id
  RETURNING m.tenant_id AS "tenantId", m.id, m.recipient, m.locale, m.content_sealed AS sealed, m.attempts,
    t.name AS "tenantName"`;

export const MARK_MAIL_SENT = `
  UPDATE platform.mails SET status = 'sent', sent_at = now(), content_sealed = NULL, updated_at = now(),
    recipient = CASE WHEN forget THEN 'erased' ELSE recipient END,
    version = version + 1
  WHERE tenant_id = $1 AND id = $2 AND status = 'pending'`;

/** Another attempt in $4 seconds, or none (NULL). */
export const MARK_MAIL_FAILED = `
  UPDATE platform.mails
  SET last_error = $3, updated_at = now(), version = version + 1,
    status = CASE WHEN $4::int IS NULL THEN 'failed' ELSE 'pending' END,
    content_sealed = CASE WHEN $4::int IS NULL THEN NULL ELSE content_sealed END,
    recipient = CASE WHEN forget AND $4::int IS NULL THEN 'erased' ELSE recipient END,
    next_attempt_at = now() + coalesce($4::int, 0) * interval '1 second'
  WHERE tenant_id = $1 AND id = $2 AND status = 'pending'`;

/** Where the sealed text of a mail belongs. */
export const mailContent = (id: string) => ({ table: 'mails', column: 'content_sealed', row: id });
