import { statement } from '@kit/service';

const GROUP = `g.id, g.key, g.name, g.discount_basis_points AS "discountBasisPoints", g.vat_exempt AS "vatExempt", g.verification,
     g.organization_kinds AS "organizationKinds", g.position, g.status, g.version`;

/** $2 status. */
export const LIST_PRICING_GROUPS = statement(
  'list-pricing-groups',
  `SELECT ${GROUP} FROM digilist.pricing_groups g WHERE g.tenant_id = $1 AND g.status = $2 ORDER BY g.position, g.id`,
);

export const GET_PRICING_GROUP = statement(
  'get-pricing-group',
  `SELECT ${GROUP} FROM digilist.pricing_groups g WHERE g.tenant_id = $1 AND g.id = $2`,
);

export const LOCK_PRICING_GROUP = statement('lock-pricing-group', `${GET_PRICING_GROUP.text} FOR UPDATE`);

export const COUNT_PRICING_GROUPS = statement(
  'count-pricing-groups',
  'SELECT count(*)::integer AS count FROM digilist.pricing_groups g WHERE g.tenant_id = $1',
);

/** $2 key, $3 name, $4 percentage, $5 exempt, $6 verification, $7 kinds, $8 position, $9 actor. No row where the key is taken. */
export const INSERT_PRICING_GROUP = statement(
  'insert-pricing-group',
  `INSERT INTO digilist.pricing_groups AS g (tenant_id, key, name, discount_basis_points, vat_exempt, verification,
     organization_kinds, position, created_by, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (tenant_id, key) DO NOTHING RETURNING ${GROUP}`,
);

/** $3 name, $4 percentage, $5 exempt, $6 verification, $7 kinds, $8 position, $9 status, $10 actor. */
export const UPDATE_PRICING_GROUP = statement(
  'update-pricing-group',
  `UPDATE digilist.pricing_groups g SET name = $3, discount_basis_points = $4, vat_exempt = $5, verification = $6,
     organization_kinds = $7, position = $8, status = $9, version = g.version + 1, updated_at = now(), updated_by = $10
   WHERE g.tenant_id = $1 AND g.id = $2 RETURNING ${GROUP}`,
);
