import { Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { statement, type Tx } from '@kit/service';
import { LAST_ADMINISTRATOR } from '@platform/contracts';

// Whoever comes second waits here, and then sees what the first one did.
const ONE_BY_ONE = statement(
  'last-administrator-lock',
  "SELECT pg_advisory_xact_lock(hashtextextended('last-administrator/' || $1::text, 0))",
);

const ADMINISTRATORS = statement(
  'last-administrator-count',
  `SELECT count(DISTINCT g.user_id)::int AS left
   FROM platform.roles keeper
   JOIN platform.roles r ON r.tenant_id = keeper.tenant_id AND r.status = 'published'
     AND (r.id = keeper.id OR r.permissions @> keeper.permissions OR '*' = ANY (r.permissions))
   JOIN platform.user_roles g ON g.tenant_id = r.tenant_id AND g.role_id = r.id AND g.scope IN ('tenant', 'saas')
     AND g.status = 'active' AND g.expires_at IS NULL
   JOIN platform.users u ON u.tenant_id = g.tenant_id AND u.id = g.user_id AND u.status = 'active' AND u.kind = 'person'
   WHERE keeper.tenant_id = $1 AND keeper.key = $2`,
);

/**
 * To be called by whatever may take an administrator away (revoking, suspending, erasing, ending), after its change and
 * in its transaction: a change that leaves nobody with the administrator's role, or one that holds as much, is refused.
 * A grant that will run out does not count.
 * @throws Refusal LAST_ADMINISTRATOR
 */
export async function requireAnAdministratorLeft(tx: Tx): Promise<void> {
  const key = tx.tenantId === SYSTEM_TENANT_ID ? 'super_administrator' : 'tenant_administrator';
  await tx.query(ONE_BY_ONE, [tx.tenantId]);
  const { left } = await tx.one<{ left: number }>(ADMINISTRATORS, [tx.tenantId, key]);
  if (left === 0) throw new Refusal(LAST_ADMINISTRATOR);
}
