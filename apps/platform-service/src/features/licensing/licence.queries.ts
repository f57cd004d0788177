import type { Queryable } from '@kit/service';
import { type Licence, licenceAt } from './domain/licence.js';
import { LICENCE, type LicenceRow } from './licensing.sql.js';

/** Whether the tenant of the transaction may use a module at `now`. */
export async function readLicence(queryable: Queryable, tenantId: string, module: string, now: Date): Promise<Licence> {
  const [row] = (await queryable.query<LicenceRow>(LICENCE, [tenantId, module])) as [LicenceRow];
  const subscription =
    row.subscription_id === null
      ? null
      : {
          status: row.status,
          trial: row.trial,
          validFrom: row.valid_from,
          validUntil: row.valid_until,
          graceUntil: row.grace_until,
          scheduled:
            row.scheduled_change === null ? null : { change: row.scheduled_change, at: row.scheduled_at as Date },
        };
  const entitlement =
    row.entitlement_id === null
      ? null
      : {
          status: row.entitlement_status,
          validFrom: row.entitlement_from,
          validUntil: row.entitlement_until,
          manual: row.source === 'manual',
        };
  return licenceAt(now, subscription, entitlement);
}
