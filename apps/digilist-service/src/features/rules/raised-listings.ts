import { type ListingPart, type ListingStatus, listingChanged } from '@digilist/contracts';
import type { Statement, Tx } from '@kit/service';

interface RaisedListing extends Record<string, unknown> {
  id: string;
  orgId: string;
  status: ListingStatus;
  version: number;
}

/**
 * For rules that many listings share: raises the version of all of them in one statement, so that every remembered copy of
 * their rules is behind, and tells about each.
 */
export async function raiseListings(
  tx: Tx,
  raising: Statement,
  ruleId: string | null,
  part: ListingPart = 'booking_rules',
): Promise<number> {
  const raised = await tx.query<RaisedListing>(raising, [tx.tenantId, ruleId, tx.actorId]);
  for (const { id, orgId, status, version } of raised)
    tx.emit(listingChanged, { id, version, data: { listingId: id, orgId, status, changed: [part] } });
  return raised.length;
}
