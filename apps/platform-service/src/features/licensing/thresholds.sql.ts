import type { Locale } from '@kit/contracts';
import { statement } from '@kit/service';

/** Read by the system role, over all tenants. */
export const COUNTERS_TO_MAIL = `
  SELECT c.tenant_id AS "tenantId", c.id, t.service_user_id AS "actorId"
  FROM platform.usage_counters c JOIN platform.tenants t ON t.tenant_id = c.tenant_id
  WHERE c.threshold_mailed < c.threshold_reached AND t.status = 'active' LIMIT 500`;

export interface ToldRow extends Record<string, unknown> {
  meter: string;
  name: string | null;
  threshold: number;
  used: string;
  limit_amount: string | null;
  slug: string;
  locale: Locale;
}

export const CLAIM_THRESHOLD = statement(
  'licensing-claim-threshold',
  `WITH told AS (
     UPDATE platform.usage_counters SET threshold_mailed = threshold_reached
     WHERE tenant_id = $1 AND id = $2 AND threshold_mailed < threshold_reached
     RETURNING meter, threshold_reached AS threshold, granted AS used
   )
   SELECT told.*, t.slug, t.locale, l.amount AS limit_amount, l.name
   FROM told
   JOIN platform.tenants t ON t.tenant_id = $1
   LEFT JOIN LATERAL (
     SELECT e.amount, m.value->>'name' AS name
     FROM platform.effective_limits($1, $3) e
     LEFT JOIN platform.products p ON p.key = split_part(e.meter, '.', 1)
     LEFT JOIN LATERAL jsonb_array_elements(p.manifest->'meters') m ON m.value->>'key' = e.meter
     WHERE e.counter = told.meter ORDER BY e.amount LIMIT 1
   ) l ON true`,
);

export const ADMINISTRATORS = statement(
  'licensing-administrators',
  `SELECT DISTINCT u.email, u.locale FROM platform.user_roles g
   JOIN platform.roles r ON r.tenant_id = g.tenant_id AND r.id = g.role_id
   JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id
   WHERE g.tenant_id = $1 AND r.key = 'tenant_administrator' AND g.scope = 'tenant' AND g.status = 'active'
     AND (g.expires_at IS NULL OR g.expires_at > $2) AND u.kind = 'person' AND u.status = 'active'`,
);
