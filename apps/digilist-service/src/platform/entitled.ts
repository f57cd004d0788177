import type { ModuleKey } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { STANDING, type StandingRow } from './who-may.sql.js';

/** Does the tenant's licence cover a module that the operation itself does not name? */
export async function isEntitled(tx: Tx, module: ModuleKey): Promise<boolean> {
  const [row] = await tx.query<StandingRow>(STANDING, [tx.tenantId, null, null, module, tx.now, null]);
  return row?.licence === 'entitled';
}
