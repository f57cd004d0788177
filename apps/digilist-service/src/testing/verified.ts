import { eventually } from '@kit/testing';
import type { Town } from '../platform/testing/platform-stand-in.js';
import type { DigilistWorld } from './digilist-world.js';

/** The club of the town has been verified by somebody, as soon as DIGILIST has heard of it. */
export async function verifyClub(
  world: DigilistWorld,
  { tenantId, clubId }: Pick<Town, 'tenantId' | 'clubId'>,
  pricingGroups: readonly string[] = ['sports_club', 'youth_organization'],
): Promise<void> {
  await eventually(async () => {
    const made = await world.rows(
      `INSERT INTO digilist.organization_verifications (tenant_id, org_id, pricing_group, status, reason, valid_until, decided_at,
         created_by, updated_by)
       SELECT o.tenant_id, o.id, key, 'verified', 'register_confirms', now() + interval '1 year', now(), o.tenant_id, o.tenant_id
       FROM digilist.platform_organizations o CROSS JOIN unnest($3::text[]) key WHERE o.tenant_id = $1 AND o.id = $2
       RETURNING id`,
      [tenantId, clubId, pricingGroups],
    );
    if (made.length === 0) throw new Error('the club is still on its way');
  });
}
