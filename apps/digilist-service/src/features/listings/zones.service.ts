import { type CreateZone, LISTING_HAS_BOOKINGS, ZONE_INVALID, type Zone } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { isCounted } from './domain/lifecycle.js';
import { compositeProblems, type GraphZone, resolveZones } from './domain/zone-graph.js';
import { changeListing } from './listing-access.js';
import { allLanguages } from './listings.mapper.js';
import { INSERT_ZONE, LOCK_IMPLICIT_ZONE, READ_ZONE_GRAPH, RETIRE_IMPLICIT_ZONE } from './listings.sql.js';

interface GraphRow extends GraphZone, Record<string, unknown> {
  implicit: boolean;
  taken: boolean;
}

@Injectable()
export class ZonesService {
  constructor(private readonly work: UnitOfWork) {}

  /** The first zone replaces the implicit one, which stood for the listing as a whole. */
  create(ctx: RequestContext, request: CreateZone): Promise<Zone> {
    return this.work.run(ctx, async (tx) => {
      const { id: listingId, partIds = [], capacity, areaM2 } = request;
      const { orgId, bookingModel } = await changeListing(tx, listingId, null, 'zones', 'digilist.zone.create');
      if (isCounted(bookingModel))
        throw new Refusal(ZONE_INVALID, { detail: 'What is counted is not divided into zones.' });
      await tx.query(LOCK_IMPLICIT_ZONE, [tx.tenantId, orgId, listingId]);
      const rows = await tx.query<GraphRow>(READ_ZONE_GRAPH, [tx.tenantId, orgId, listingId]);
      if (rows.some((row) => row.taken)) throw new Refusal(LISTING_HAS_BOOKINGS);
      const zones = rows.filter((row) => !row.implicit);
      const id = uuidv7();
      const atomIds = partIds.length > 0 ? unionOf(zones, id, partIds) : [];
      if (rows.length !== zones.length) {
        await tx.query(RETIRE_IMPLICIT_ZONE, [tx.tenantId, orgId, listingId, tx.actorId]);
      }
      const { zone } = await tx.one<{ zone: Zone }>(INSERT_ZONE, [
        tx.tenantId,
        orgId,
        listingId,
        id,
        allLanguages(request.name),
        partIds.length > 0 ? 'composite' : 'leaf',
        capacity ?? null,
        areaM2 ?? null,
        tx.actorId,
        partIds,
        atomIds,
      ]);
      return zone;
    });
  }
}

/** Atoms of the parts. @throws Refusal ZONE_INVALID */
function unionOf(zones: readonly GraphZone[], id: string, partIds: readonly string[]): readonly string[] {
  const problems = compositeProblems(zones, id, partIds);
  if (problems.length > 0) throw new Refusal(ZONE_INVALID, { details: { problems } });
  const resolved = resolveZones([...zones, { id, atomId: null, partIds }]);
  return resolved.ok ? (resolved.atoms.get(id) ?? []) : [];
}
