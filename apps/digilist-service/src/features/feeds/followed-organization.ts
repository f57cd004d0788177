import type { Tx } from '@kit/service';
import { FIND_ORGANIZATION } from './feeds.sql.js';

/** Name of an organization whose bookings somebody may see: as a member, or where they may read bookings. Null: they may not. */
export async function followedOrganization(tx: Tx, userId: string, orgId: string): Promise<string | null> {
  const values = [tx.tenantId, userId, orgId];
  const [found] = await tx.query<{ name: string; member: boolean }>(FIND_ORGANIZATION, values);
  if (!found) return null;
  if (found.member) return found.name;
  return (await tx.reachOf('digilist.booking.read')).covers(orgId) ? found.name : null;
}
