import { statement } from '@kit/service';
import { RULES_OF } from '../listings/index.js';
import { RULE_ASSIGNMENTS, RULE_COLUMNS, RULE_RECORD, RULE_VALUES } from './rule-columns.sql.js';

/** Template `t` in the shape of the contract. */
const TEMPLATE = `json_build_object('id', t.id, 'orgId', t.org_id, 'name', t.name, 'rules', ${RULES_OF('t')}, 'status', t.status,
     'listings', (SELECT count(*) FROM digilist.booking_rules b WHERE b.tenant_id = t.tenant_id AND b.template_id = t.id),
     'version', t.version)`;

/** $1 tenant · $2 organization or null · $3 name · $4 rules · $5 actor */
export const INSERT_TEMPLATE = statement(
  'insert-rule-template',
  `WITH t AS (
     INSERT INTO digilist.rule_templates (tenant_id, org_id, name, created_by, updated_by, ${RULE_COLUMNS})
     SELECT $1, $2, $3, $5, $5, ${RULE_VALUES} FROM ${RULE_RECORD('$4')} RETURNING *
   ) SELECT ${TEMPLATE} AS template FROM t`,
);

/** $1 tenant · $2 organization. Waits for nobody: only whether it has been copied. */
export const ORGANIZATION_KNOWN = statement(
  'organization-known',
  `SELECT FROM digilist.platform_organizations WHERE tenant_id = $1 AND id = $2 AND NOT deleted AND status = 'active'`,
);

/** $2 tenant-wide reach · $3 organizations: theirs, those of the organizations above them, and those of the tenant. */
const READABLE = `t.tenant_id = $1 AND ($2 OR t.org_id IS NULL OR t.org_id = ANY ($3::uuid[])
     OR EXISTS (SELECT FROM digilist.platform_organizations o
       WHERE o.tenant_id = $1 AND o.id = ANY ($3::uuid[]) AND t.org_id = ANY (o.ancestor_ids)))`;

/** $4 id */
export const GET_TEMPLATE = statement(
  'get-rule-template',
  `SELECT ${TEMPLATE} AS template FROM digilist.rule_templates t WHERE ${READABLE} AND t.id = $4`,
);

/** $4 usable by listings of this organization, or null · $5 status or null · $6 after this id · $7 how many */
export const LIST_TEMPLATES = statement(
  'list-rule-templates',
  `SELECT t.id, ${TEMPLATE} AS template FROM digilist.rule_templates t
   WHERE ${READABLE}
     AND ($4::uuid IS NULL OR t.org_id IS NULL OR EXISTS (SELECT FROM digilist.platform_organizations o
       WHERE o.tenant_id = $1 AND o.id = $4::uuid AND (o.id = t.org_id OR t.org_id = ANY (o.ancestor_ids))))
     AND ($5::text IS NULL OR t.status = $5) AND ($6::uuid IS NULL OR t.id > $6)
   ORDER BY t.id LIMIT $7`,
);

export const LOCK_TEMPLATE = statement(
  'lock-rule-template',
  `SELECT t.id, t.org_id AS "orgId", t.status, t.version FROM digilist.rule_templates t
   WHERE t.tenant_id = $1 AND t.id = $2 FOR NO KEY UPDATE`,
);

/**
 * $1 tenant · $2 template · $3 listing. Keeps the template from being changed until the commit: the version of the
 * listing, under which its rules are remembered, must not rise before the template's new ones can be seen.
 */
export const TEMPLATE_FOR_LISTING = statement(
  'rule-template-for-listing',
  `SELECT ${RULES_OF('t')} AS rules FROM digilist.rule_templates t
   WHERE t.tenant_id = $1 AND t.id = $2
     AND (t.org_id IS NULL OR EXISTS (SELECT FROM digilist.listings l
       JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = l.org_id
       WHERE l.tenant_id = $1 AND l.id = $3 AND (o.id = t.org_id OR t.org_id = ANY (o.ancestor_ids))))
     AND (t.status = 'active' OR EXISTS (SELECT FROM digilist.booking_rules b
       WHERE b.tenant_id = $1 AND b.listing_id = $3 AND b.template_id = t.id))
   FOR SHARE OF t`,
);

/** $1 tenant · $2 template: what each listing that uses it sets itself. */
export const USERS_OF_TEMPLATE = statement(
  'users-of-rule-template',
  `SELECT b.listing_id AS "listingId", ${RULES_OF('b')} AS own FROM digilist.booking_rules b
   WHERE b.tenant_id = $1 AND b.template_id = $2 ORDER BY b.listing_id`,
);

/** $1 tenant · $2 id · $3 name · $4 rules · $5 actor */
export const UPDATE_TEMPLATE = statement(
  'update-rule-template',
  `WITH t AS (
     UPDATE digilist.rule_templates t SET name = $3, ${RULE_ASSIGNMENTS('r')},
       version = t.version + 1, updated_at = now(), updated_by = $5
     FROM ${RULE_RECORD('$4')} WHERE t.tenant_id = $1 AND t.id = $2 RETURNING t.*
   ) SELECT ${TEMPLATE} AS template FROM t`,
);

/** $1 tenant · $2 id · $3 actor */
export const RETIRE_TEMPLATE = statement(
  'retire-rule-template',
  `WITH t AS (
     UPDATE digilist.rule_templates t SET status = 'retired', version = t.version + 1, updated_at = now(), updated_by = $3
     WHERE t.tenant_id = $1 AND t.id = $2 RETURNING t.*
   ) SELECT ${TEMPLATE} AS template FROM t`,
);

/** $1 tenant · $2 template · $3 actor. All of its listings, in one order, so that nobody waits in a circle. */
export const RAISE_LISTINGS_OF_TEMPLATE = statement(
  'raise-listings-of-rule-template',
  `WITH users AS (
     SELECT l.id FROM digilist.listings l
     WHERE l.tenant_id = $1
       AND l.id IN (SELECT b.listing_id FROM digilist.booking_rules b WHERE b.tenant_id = $1 AND b.template_id = $2)
     ORDER BY l.id FOR NO KEY UPDATE
   )
   UPDATE digilist.listings l SET version = l.version + 1, updated_at = now(), updated_by = $3
   FROM users WHERE l.tenant_id = $1 AND l.id = users.id
   RETURNING l.id, l.org_id AS "orgId", l.status, l.version`,
);
