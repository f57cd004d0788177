import { statement } from '@kit/service';

export const INSERT_MIGRATION = statement(
  'licensing-insert-migration',
  `INSERT INTO platform.plan_migrations
     (tenant_id, from_plan_id, to_plan_id, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $4, $5) RETURNING id`,
);

export const MIGRATION = statement(
  'licensing-migration',
  'SELECT from_plan_id, to_plan_id FROM platform.plan_migrations WHERE tenant_id = $1 AND id = $2',
);

export const MARK_MIGRATION_REVERTED = statement(
  'licensing-mark-migration-reverted',
  `UPDATE platform.plan_migrations SET status = 'reverted', updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND id = $2 AND status = 'applied'`,
);

export const INSERT_MOVE = statement(
  'licensing-insert-move',
  `INSERT INTO platform.plan_moves
     (tenant_id, migration_id, subscription_id, from_plan_id, to_plan_id, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7)`,
);

export const MARK_MOVE_REVERTED = statement(
  'licensing-mark-move-reverted',
  `UPDATE platform.plan_moves SET status = 'reverted', updated_at = $4, updated_by = $5, version = version + 1
   WHERE tenant_id = $1 AND migration_id = $2 AND subscription_id = $3`,
);

/** Read by the system role, over all tenants. */
export const SUBSCRIBERS = `
  SELECT s.tenant_id, s.id, t.service_user_id
  FROM platform.subscriptions s JOIN platform.tenants t ON t.tenant_id = s.tenant_id
  WHERE s.plan_id = $1 AND s.status IN ('trialing', 'active', 'past_due', 'suspended')
  ORDER BY s.tenant_id, s.id LIMIT $2`;

export const REMAINING = `
  SELECT count(*)::int AS remaining FROM platform.subscriptions
  WHERE plan_id = $1 AND status IN ('trialing', 'active', 'past_due', 'suspended')`;

export const MOVED = `
  SELECT m.tenant_id, m.subscription_id AS id, m.from_plan_id AS "from", m.to_plan_id AS "to", t.service_user_id
  FROM platform.plan_moves m JOIN platform.tenants t ON t.tenant_id = m.tenant_id
  WHERE m.migration_id = $1 AND m.status = 'moved' ORDER BY m.tenant_id, m.id`;
