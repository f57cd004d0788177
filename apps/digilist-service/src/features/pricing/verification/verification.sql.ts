import type { OrganizationVerification } from '@digilist/contracts';
import { statement } from '@kit/service';
import { iso } from '../../../database/shapes.js';

export type VerificationRow = OrganizationVerification & Record<string, unknown>;

const VERIFICATION = `v.id, v.org_id AS "orgId", v.pricing_group AS "pricingGroup", v.status, v.reason, v.remark,
     v.organization_number AS "organizationNumber", v.evidence, ${iso('v.valid_until')} AS "validUntil",
     ${iso('v.decided_at')} AS "decidedAt", v.decided_by AS "decidedBy", ${iso('v.created_at')} AS "createdAt", v.version`;

/** $2 organization, $3 key of the group: all that a request is judged by. No row where there is no such organization. */
export const READ_APPLICANT = statement(
  'read-verification-applicant',
  `SELECT o.name, o.kind, o.organization_number AS "organizationNumber",
     g.key IS NOT NULL AS "groupKnown", coalesce(g.verification = 'verified' AND o.kind = ANY (g.organization_kinds), false) AS verifiable,
     (SELECT json_build_object('id', v.id, 'status', v.status) FROM digilist.organization_verifications v
       WHERE v.tenant_id = $1 AND v.org_id = $2 AND v.pricing_group = $3 AND v.status IN ('requested', 'verified')) AS standing
   FROM digilist.platform_organizations o
   LEFT JOIN digilist.pricing_groups g ON g.tenant_id = $1 AND g.key = $3 AND g.status = 'active'
   WHERE o.tenant_id = $1 AND o.id = $2 AND NOT o.deleted AND o.status = 'active'`,
);

export interface ApplicantRow extends Record<string, unknown> {
  name: string;
  kind: string;
  organizationNumber: string | null;
  groupKnown: boolean;
  verifiable: boolean;
  standing: { id: string; status: string } | null;
}

/** $2 organization, $3 group, $4 reason, $5 number, $6 next check, $7 actor. No row where one stands already. */
export const INSERT_VERIFICATION = statement(
  'insert-verification',
  `INSERT INTO digilist.organization_verifications AS v (tenant_id, org_id, pricing_group, reason, organization_number, next_check_at,
     created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
   ON CONFLICT (tenant_id, org_id, pricing_group) WHERE status IN ('requested', 'verified') DO NOTHING
   RETURNING ${VERIFICATION}`,
);

/** $2 id, $3 version, $4 status, $5 reason, $6 remark, $7 evidence, $8 valid until, $9 decided by, $10 next check, $11 actor. */
export const SETTLE_VERIFICATION = statement(
  'settle-verification',
  `UPDATE digilist.organization_verifications v SET status = $4, reason = $5, remark = $6, evidence = coalesce($7::jsonb, v.evidence),
     valid_until = $8, decided_by = $9, next_check_at = $10,
     decided_at = CASE WHEN $4 = 'requested' THEN NULL WHEN $4 = v.status THEN v.decided_at ELSE now() END,
     version = v.version + 1, updated_at = now(), updated_by = $11
   WHERE v.tenant_id = $1 AND v.id = $2 AND v.version = $3
   RETURNING ${VERIFICATION}`,
);

export const GET_VERIFICATION = statement(
  'get-verification',
  `SELECT ${VERIFICATION} FROM digilist.organization_verifications v WHERE v.tenant_id = $1 AND v.id = $2`,
);

export const LOCK_VERIFICATION = statement('lock-verification', `${GET_VERIFICATION.text} FOR UPDATE`);

/** $2 status or null, $3 everywhere, $4 organizations within reach, $5 organization or null, $6 id that the page begins below, $7 how many. */
export const LIST_VERIFICATIONS = statement(
  'list-verifications',
  `SELECT ${VERIFICATION} FROM digilist.organization_verifications v
   WHERE v.tenant_id = $1 AND ($2::text IS NULL OR v.status = $2) AND ($3 OR v.org_id = ANY ($4::uuid[]))
     AND ($5::uuid IS NULL OR v.org_id = $5) AND ($6::uuid IS NULL OR v.id < $6)
   ORDER BY v.id DESC LIMIT $7`,
);

/** Across tenants: those with something to do. $1 now. */
export const TENANTS_WITH_CHECKS = `
  SELECT t.id AS "tenantId", t.service_user_id AS "actorId" FROM digilist.platform_tenants t
  WHERE EXISTS (SELECT FROM digilist.organization_verifications v WHERE v.tenant_id = t.id AND v.next_check_at <= $1)
     OR EXISTS (SELECT FROM digilist.organization_verifications v
       WHERE v.tenant_id = t.id AND v.status = 'verified' AND v.valid_until <= $1)`;

/** $2 now, $3 how many: those that have run out. */
export const LOCK_RUN_OUT = statement(
  'lock-run-out-verifications',
  `SELECT ${VERIFICATION} FROM digilist.organization_verifications v
   WHERE v.tenant_id = $1 AND v.status = 'verified' AND v.valid_until <= $2
   ORDER BY v.valid_until LIMIT $3 FOR UPDATE SKIP LOCKED`,
);

/** $2 now, $3 when whoever takes them on is given up on, $4 how many. */
export const CLAIM_CHECKS = statement(
  'claim-verification-checks',
  `UPDATE digilist.organization_verifications v SET next_check_at = $3
   FROM (SELECT c.id FROM digilist.organization_verifications c WHERE c.tenant_id = $1 AND c.next_check_at <= $2
     ORDER BY c.next_check_at LIMIT $4 FOR UPDATE SKIP LOCKED) due,
     digilist.platform_organizations o
   WHERE v.tenant_id = $1 AND v.id = due.id AND o.tenant_id = $1 AND o.id = v.org_id
   RETURNING v.id, o.name AS "organizationName", o.organization_number AS "currentNumber"`,
);

export interface ClaimedCheck extends Record<string, unknown> {
  id: string;
  organizationName: string;
  /** As PLATFORM knows it now: it may have been corrected. */
  currentNumber: string | null;
}

/** $2 organization, $3 key of the group: what they are called. */
export const NAMES_OF_VERIFICATION = statement(
  'names-of-verification',
  `SELECT o.name AS organization, g.name AS "group" FROM digilist.platform_organizations o
   JOIN digilist.pricing_groups g ON g.tenant_id = $1 AND g.key = $3
   WHERE o.tenant_id = $1 AND o.id = $2`,
);
