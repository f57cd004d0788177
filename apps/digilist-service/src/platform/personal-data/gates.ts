import { PROCESSING_RESTRICTED } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { CONSENTED, RESTRICTED } from './personal-data.sql.js';

/**
 * Nothing new is done with the data of somebody who had its processing restricted (GDPR article 18).
 *
 * @throws Refusal PROCESSING_RESTRICTED
 */
export async function requireUnrestricted(tx: Tx, userId: string): Promise<void> {
  const restricted = await tx.query(RESTRICTED, [tx.tenantId, userId]);
  if (restricted.length > 0) throw new Refusal(PROCESSING_RESTRICTED);
}

/** Whether somebody consented to a purpose. Whatever is not a clear yes is a no. */
export async function consented(tx: Tx, userId: string, purposeKey: string): Promise<boolean> {
  return (await tx.query(CONSENTED, [tx.tenantId, userId, purposeKey])).length > 0;
}
