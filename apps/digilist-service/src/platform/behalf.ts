import { ORG_NOT_MEMBER } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type Reach, statement, type Tx } from '@kit/service';

/** $1 tenant · $2 user · $3 organization */
const BEHALF = statement(
  'behalf',
  `SELECT o.kind, EXISTS (SELECT FROM digilist.platform_memberships m
     WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.org_id = $3 AND NOT m.deleted AND m.status = 'active') AS member,
     ARRAY(SELECT v.pricing_group FROM digilist.organization_verifications v
       WHERE v.tenant_id = $1 AND v.org_id = $3 AND v.status = 'verified' AND v.valid_until > now()) AS "verifiedFor"
   FROM digilist.platform_organizations o
   WHERE o.tenant_id = $1 AND o.id = $3 AND NOT o.deleted AND o.status = 'active'`,
);

/** An organization that somebody acts for, and may. */
export interface Behalf {
  readonly orgId: string;
  /** As PLATFORM knows it: association, company, unit … */
  readonly kind: string;
  /** Pricing groups that it has been verified to belong to. */
  readonly verifiedFor: readonly string[];
}

/**
 * Members act for their organization; staff for any that their permission reaches. Null: for nobody else.
 *
 * @throws Refusal ORG_NOT_MEMBER also when there is no such organization
 */
export async function requireBehalf(
  tx: Tx,
  userId: string,
  orgId: string | null,
  reach: Reach = tx.reach,
): Promise<Behalf | null> {
  if (orgId === null) return null;
  const [found] = await tx.query<Omit<Behalf, 'orgId'> & { member: boolean }>(BEHALF, [tx.tenantId, userId, orgId]);
  if (!found || !(found.member || reach.covers(orgId))) throw new Refusal(ORG_NOT_MEMBER);
  return { orgId, kind: found.kind, verifiedFor: found.verifiedFor };
}
