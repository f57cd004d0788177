import { statement } from '@kit/service';

/** Read by the system role: subscriptions of which the provider has not heard the latest. */
export const TO_SYNC = `
  SELECT s.tenant_id AS "tenantId", s.id AS "subscriptionId", s.product, p.key AS "planKey",
         p.plan_version AS "planVersion", s.status, s.valid_from AS "validFrom", s.valid_until AS "validUntil", s.version,
         s.billing_reference AS reference
  FROM platform.subscriptions s JOIN platform.plans p ON p.id = s.plan_id
  WHERE s.billing_synced_version < s.version
  ORDER BY s.updated_at LIMIT 100`;

export const MARK_SYNCED = `
  UPDATE platform.subscriptions
  SET billing_synced_version = greatest(billing_synced_version, $3), billing_reference = coalesce($4, billing_reference)
  WHERE tenant_id = $1 AND id = $2`;

export const BILLING_EVENT_KNOWN = statement(
  'licensing-billing-event-known',
  'SELECT outcome FROM platform.billing_events WHERE tenant_id = $1 AND provider = $2 AND event_id = $3',
);

export const INSERT_BILLING_EVENT = statement(
  'licensing-insert-billing-event',
  `INSERT INTO platform.billing_events
     (tenant_id, provider, event_id, type, sequence, outcome, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** What the provider says of the time that is paid; what was scheduled stays scheduled. */
export const SET_PAID = statement(
  'licensing-set-paid',
  `UPDATE platform.subscriptions
   SET status = $3, valid_until = $4, grace_until = $5, trial = $6, billing_sequence = $7, updated_at = $8,
       updated_by = $9, version = version + 1
   WHERE tenant_id = $1 AND id = $2`,
);
