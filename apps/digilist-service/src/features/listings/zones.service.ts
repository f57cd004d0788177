import { type CreateZone, LISTING_HAS_BOOKINGS, ZONE_INVALID, type Zone } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { isCounted } from './domain/lifecycle.js';
import { compositeProblems, type GraphZone } from './domain/zone-graph.js';
import { changeListing, type ListingRow } from './listing-access.js';
import { allLanguages } from './listings.mapper.js';
import { reshape } from './reshaping.js';
import { readGraph, requireSound } from './zone-rows.js';
import { ADD_PART, CONVERT_IMPLICIT_ZONE, INSERT_ZONE, LOCK_ZONES, RETIRE_IMPLICIT_ZONE } from './zones.sql.js';

@Injectable()
export class ZonesService {
  constructor(private readonly work: UnitOfWork) {}

  /** The first zone replaces the implicit one, which stood for the listing as a whole, or becomes a part of it. */
  create(ctx: RequestContext, request: CreateZone): Promise<Zone> {
    return this.work.run(ctx, async (tx) => {
      const { id: listingId, partIds = [], partOf = [], convertWhole = false } = request;
      const listing = await changeListing(tx, listingId, null, 'zones', 'digilist.zone.create');
      if (isCounted(listing.bookingModel) || listing.bookingModel === 'PACKAGE')
        throw new Refusal(ZONE_INVALID, { detail: 'What is counted, or made of other listings, is not divided.' });
      await tx.query(LOCK_ZONES, [tx.tenantId, listing.orgId, listingId]);
      if (partIds.length > 0 && partOf.length > 0)
        throw new Refusal(ZONE_INVALID, { detail: 'Only a part of its own joins others; add the composite first.' });
      const rows = await readGraph(tx, listing);
      const whole = rows.find(({ implicit }) => implicit);
      if (convertWhole && (!whole || partIds.length > 0 || partOf.length > 0)) {
        throw new Refusal(ZONE_INVALID, {
          detail: 'convertWhole is for the first zone of a listing, a part of its own.',
        });
      }
      if (whole && convertWhole) return convert(tx, listing, whole.atomIds, request);
      if (whole?.taken) throw new Refusal(LISTING_HAS_BOOKINGS, { detail: DIVIDE });
      if (whole) await tx.query(RETIRE_IMPLICIT_ZONE, [tx.tenantId, listing.orgId, listingId, tx.actorId]);
      return add(
        tx,
        listing,
        rows.filter(({ implicit }) => !implicit),
        request,
      );
    });
  }
}

const DIVIDE =
  'The listing is booked as a whole. Ask with convertWhole, so that the whole stays and keeps its bookings.';

/** The part takes over the atom: what was booked as a whole keeps it, and gains what is added later. */
async function convert(
  tx: Tx,
  { id, orgId }: ListingRow,
  atomIds: readonly string[],
  request: CreateZone,
): Promise<Zone> {
  const zone = await insert(tx, { id, orgId }, uuidv7(), request, atomIds);
  await tx.query(CONVERT_IMPLICIT_ZONE, [tx.tenantId, orgId, id, tx.actorId, zone.id]);
  return zone;
}

/**
 * Whoever has one of the zones that the new one becomes a part of gains it, and so do blocks of the whole listing.
 * Nobody has had its atom before, so that no hold gives way.
 */
async function add(tx: Tx, listing: ListingRow, zones: readonly GraphZone[], request: CreateZone): Promise<Zone> {
  const { partIds = [], partOf = [] } = request;
  const id = uuidv7();
  const problems = partIds.length > 0 ? compositeProblems(zones, id, partIds) : [];
  if (problems.length > 0) throw new Refusal(ZONE_INVALID, { details: { problems } });
  const before = requireSound(zones);
  const union = [...new Set(partIds.flatMap((part) => before.get(part) ?? []))].sort();
  const zone = await insert(tx, listing, id, request, union);
  const own = { id, atomId: partIds.length > 0 ? null : (zone.atomIds[0] as string), partIds };
  for (const composite of partOf) {
    const known = zones.find((other) => other.id === composite);
    if (!known || known.atomId !== null) {
      throw new Refusal(ZONE_INVALID, { details: { problems: [{ code: 'FOREIGN', zoneId: composite, partId: id }] } });
    }
  }
  const grown = zones.map((other) =>
    partOf.includes(other.id) ? { ...other, partIds: [...other.partIds, id] } : other,
  );
  const after = requireSound([...grown, own]);
  await reshape(tx, listing, before, after);
  if (partOf.length > 0) await tx.query(ADD_PART, [tx.tenantId, listing.id, [...new Set(partOf)], id, tx.actorId]);
  return zone;
}

async function insert(
  tx: Tx,
  listing: Pick<ListingRow, 'id' | 'orgId'>,
  id: string,
  { name, partIds = [], capacity, areaM2 }: CreateZone,
  atomIds: readonly string[],
): Promise<Zone> {
  const { zone } = await tx.one<{ zone: Zone }>(INSERT_ZONE, [
    tx.tenantId,
    listing.orgId,
    listing.id,
    id,
    allLanguages(name),
    partIds.length > 0 ? 'composite' : 'leaf',
    capacity ?? null,
    areaM2 ?? null,
    tx.actorId,
    partIds,
    atomIds,
  ]);
  return zone;
}
