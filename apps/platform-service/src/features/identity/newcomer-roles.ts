import { statement, type Tx } from '@kit/service';
import type { GrantsService } from '../access/index.js';

/** Roles that products make for everybody: they reach no further than what is one's own. Not those of the tenant's own making. */
const NEWCOMER_ROLES = statement(
  'newcomer-roles',
  `SELECT key FROM platform.roles
   WHERE tenant_id = $1 AND scope = 'user' AND template_key IS NOT NULL AND status = 'published' ORDER BY key`,
);

/** What somebody may do who comes on their own, invited by nobody. */
export async function giveNewcomerRoles(tx: Tx, grants: GrantsService, userId: string): Promise<void> {
  const roles = await tx.query<{ key: string }>(NEWCOMER_ROLES, [tx.tenantId]);
  for (const { key } of roles) await grants.give(tx, { userId, roleKey: key, scope: 'user' });
}
