import { METERS, type MeterKey } from '@digilist/contracts';
import { LIMIT_EXCEEDED, Refusal } from '@kit/contracts';
import { type Statement, statement, type Tx } from '@kit/service';

/** $1 tenant · $2 meter · $3 module. No row: not limited. The lock makes those wait who would count past each other. */
const LIMIT = statement(
  'limit-of-meter',
  `SELECT (limits ->> $2::text)::int AS limit, pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))::text AS locked
   FROM digilist.platform_entitlements
   WHERE tenant_id = $1::uuid AND module_key = $3 AND status = 'active' AND NOT deleted AND limits ->> $2::text IS NOT NULL
   LIMIT 1`,
);

/**
 * Is there room for one more of what a licence limits in total? Counted where it is kept, in the transaction that adds to
 * it, so nothing has to be given back when something is put away.
 *
 * @param count statement that answers `used` for a tenant ($1)
 * @throws Refusal LIMIT_EXCEEDED
 */
export async function requireRoom(tx: Tx, meter: MeterKey, count: Statement): Promise<void> {
  const [row] = await tx.query<{ limit: number }>(LIMIT, [tx.tenantId, meter, METERS[meter].module]);
  if (!row) return;
  const { used } = await tx.one<{ used: number }>(count, [tx.tenantId]);
  if (used < row.limit) return;
  throw new Refusal(LIMIT_EXCEEDED, { details: { meter, period: METERS[meter].period, limit: row.limit, used } });
}
