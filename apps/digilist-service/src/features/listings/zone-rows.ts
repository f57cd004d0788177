import { ZONE_INVALID } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { AtomsByZone } from './domain/reshaping.js';
import { type GraphZone, resolveZones } from './domain/zone-graph.js';
import type { ListingRow } from './listing-access.js';
import { READ_ZONE_GRAPH } from './zones.sql.js';

export interface ZoneRow extends GraphZone, Record<string, unknown> {
  implicit: boolean;
  version: number;
  atomIds: readonly string[];
  /** The implicit zone: somebody has it from now on. */
  taken: boolean;
}

/** The zones that are in use. */
export const readGraph = (tx: Tx, { id, orgId }: Pick<ListingRow, 'id' | 'orgId'>): Promise<ZoneRow[]> =>
  tx.query<ZoneRow>(READ_ZONE_GRAPH, [tx.tenantId, orgId, id]);

/** Atoms of every zone. @throws Refusal ZONE_INVALID naming everything that is wrong */
export function requireSound(zones: readonly GraphZone[]): AtomsByZone {
  const result = resolveZones(zones);
  if (!result.ok) throw new Refusal(ZONE_INVALID, { details: { problems: result.problems } });
  return result.atoms;
}
