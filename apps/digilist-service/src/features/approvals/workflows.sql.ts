import type { ApprovalWorkflow } from '@digilist/contracts';
import { statement } from '@kit/service';

/** $1 tenant. Every workflow with the organizations it holds for: the one it was written for and those below. */
export const TENANT_WORKFLOWS = statement(
  'tenant-workflows',
  `SELECT w.id, w.listing_id AS "listingId", w.steps, w.distinct_deciders AS "distinctDeciders",
     cardinality(own.ancestor_ids) AS depth,
     ARRAY(SELECT o.id FROM digilist.platform_organizations o
       WHERE o.tenant_id = $1 AND (o.id = w.org_id OR w.org_id = ANY (o.ancestor_ids))) AS "orgIds"
   FROM digilist.approval_workflows w
   JOIN digilist.platform_organizations own ON own.tenant_id = $1 AND own.id = w.org_id
   WHERE w.tenant_id = $1 AND w.status = 'active'
   ORDER BY w.id DESC`,
);

const WORKFLOW = `id, org_id AS "orgId", listing_id AS "listingId", name, steps, distinct_deciders AS "distinctDeciders", version`;
export type WorkflowRow = ApprovalWorkflow & Record<string, unknown>;

/** $1 tenant · $2 everywhere · $3 organizations */
export const LIST_WORKFLOWS = statement(
  'list-workflows',
  `SELECT ${WORKFLOW} FROM digilist.approval_workflows
   WHERE tenant_id = $1 AND status = 'active' AND ($2::boolean OR org_id = ANY ($3::uuid[]))
   ORDER BY id`,
);

/** $1 tenant · $2 id */
export const GET_WORKFLOW = statement(
  'get-workflow',
  `SELECT ${WORKFLOW} FROM digilist.approval_workflows WHERE tenant_id = $1 AND id = $2 AND status = 'active'`,
);

/**
 * $1 tenant · $2 organization · $3 listing or null · $4 name · $5 steps · $6 distinct deciders · $7 actor. Replaces the one
 * written for the same place.
 */
export const CREATE_WORKFLOW = statement(
  'create-workflow',
  `WITH before AS (
     UPDATE digilist.approval_workflows
     SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $7
     WHERE tenant_id = $1 AND org_id = $2 AND listing_id IS NOT DISTINCT FROM $3::uuid AND status = 'active'
   )
   INSERT INTO digilist.approval_workflows
     (tenant_id, org_id, listing_id, name, steps, distinct_deciders, created_by, updated_by)
   VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $7)
   RETURNING ${WORKFLOW}`,
);

/** $1 tenant · $2 id · $3 version · $4 name · $5 steps · $6 distinct deciders · $7 actor. Nothing when it was changed meanwhile. */
export const UPDATE_WORKFLOW = statement(
  'update-workflow',
  `UPDATE digilist.approval_workflows
   SET name = $4::jsonb, steps = $5::jsonb, distinct_deciders = $6, version = version + 1, updated_at = now(), updated_by = $7
   WHERE tenant_id = $1 AND id = $2 AND version = $3 AND status = 'active'
   RETURNING ${WORKFLOW}`,
);

/** $1 tenant · $2 id · $3 version · $4 actor */
export const RETIRE_WORKFLOW = statement(
  'retire-workflow',
  `UPDATE digilist.approval_workflows SET status = 'retired', version = version + 1, updated_at = now(), updated_by = $4
   WHERE tenant_id = $1 AND id = $2 AND version = $3 AND status = 'active' RETURNING id`,
);

/** $1 tenant · $2 organization · $3 listing or null */
export const WORKFLOW_PLACE = statement(
  'workflow-place',
  `SELECT o.id IS NOT NULL AS organization,
     $3::uuid IS NULL OR EXISTS (
       SELECT FROM digilist.listings l WHERE l.tenant_id = $1 AND l.org_id = $2 AND l.id = $3) AS listing
   FROM (SELECT) one LEFT JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = $2
     AND NOT o.deleted AND o.status = 'active'`,
);

/** $1 tenant · $2 keys of roles · $3 patterns that grant the permission to decide */
export const DECIDING_ROLES = statement(
  'deciding-roles',
  `SELECT key FROM digilist.platform_roles
   WHERE tenant_id = $1 AND key = ANY ($2::text[]) AND status = 'published' AND NOT deleted AND permissions && $3::text[]`,
);

/** $1 tenant · $2 organization · $3 listing or null · $4 id that one made before would be below · $5 how many. The last bookings there, as they were asked for. */
export const TRIED_BOOKINGS = statement(
  'tried-bookings',
  `SELECT b.id, b.total::float8 AS total, b.attendees, b.pricing_group AS "pricingGroup", l.listing_type AS "listingType",
     b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.timezone, b.created_at AS "submittedAt",
     b.recurring_booking_id IS NOT NULL AS recurring, coalesce((b.approval ->> 'required')::boolean, false) AS required
   FROM digilist.bookings b
   JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = b.listing_id
   WHERE b.tenant_id = $1 AND b.status <> 'draft' AND b.id > $4::uuid
     AND CASE WHEN $3::uuid IS NOT NULL THEN b.listing_id = $3 ELSE b.org_id IN (
       SELECT o.id FROM digilist.platform_organizations o
       WHERE o.tenant_id = $1 AND (o.id = $2 OR $2 = ANY (o.ancestor_ids))) END
   ORDER BY b.id DESC LIMIT $5`,
);
