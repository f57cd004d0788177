import {
  LISTING_HAS_BOOKINGS,
  type RetireZone,
  STOCK_TOO_LOW,
  type UpdateZone,
  ZONE_IN_USE,
  ZONE_INVALID,
  type Zone,
  type ZoneOutcome,
  type ZoneRetirement,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { Cancellations } from './cancellations.js';
import { impactOn } from './impact.js';
import { type ListingRow, lockListing, noteChange, requireAlive } from './listing-access.js';
import { allLanguages } from './listings.mapper.js';
import { type Reshaped, reshape } from './reshaping.js';
import { readGraph, requireSound, type ZoneRow } from './zone-rows.js';
import {
  FUTURE_PEAK,
  GET_ZONE,
  LOCK_COUNTED,
  LOCK_ZONES,
  REPLACE_PARTS,
  RETIRE_ZONE,
  SET_STOCK,
  UPDATE_ZONE,
} from './zones.sql.js';

const UNMOVED: Reshaped = { moved: 0, expired: [] };

/** What happens to zones that are booked already. */
@Injectable()
export class ZoneChangesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly bookings: Cancellations,
  ) {}

  update(ctx: RequestContext, request: UpdateZone): Promise<ZoneOutcome> {
    return this.work.run(ctx, async (tx) => {
      const { id, zoneId, partIds, stock, dryRun = false } = request;
      const { listing, zones, zone } = await open(tx, id, zoneId, expectedVersion(ctx));
      const { moved, expired } = partIds ? await compose(tx, listing, zones, zone, partIds, dryRun) : UNMOVED;
      if (stock !== undefined) await restock(tx, zoneId, stock, dryRun);
      this.bookings.tellExpired(tx, expired);
      if (!dryRun) {
        await noteChange(tx, listing, 'zones', 'digilist.zone.update');
        await tx.query(UPDATE_ZONE, [tx.tenantId, id, zoneId, JSON.stringify(columnsOf(request)), tx.actorId]);
      }
      const { zone: after } = await tx.one<{ zone: Zone }>(GET_ZONE, [tx.tenantId, id, zoneId]);
      return { ...after, dryRun, moved };
    });
  }

  /** Its bookings keep their time and their history; only nobody books it any more. */
  retire(
    ctx: RequestContext,
    { id, zoneId, bookings = 'refuse', dryRun = false }: RetireZone,
  ): Promise<ZoneRetirement> {
    return this.work.run(ctx, async (tx) => {
      const { listing, zones } = await open(tx, id, zoneId, ctx.ifMatch);
      const composites = zones.filter(({ partIds }) => partIds.includes(zoneId)).map((zone) => zone.id);
      if (composites.length > 0 || zones.length === 1) throw new Refusal(ZONE_IN_USE, { details: { composites } });
      const { impact } = await impactOn(tx, listing, { zoneId });
      if (!dryRun) {
        if (impact.count > 0 && bookings === 'refuse') throw new Refusal(LISTING_HAS_BOOKINGS, { details: { impact } });
        const before = requireSound(zones);
        const after = requireSound(zones.filter((zone) => zone.id !== zoneId));
        await tx.query(RETIRE_ZONE, [tx.tenantId, id, zoneId, tx.actorId]);
        const { expired } = await reshape(tx, listing, before, after);
        this.bookings.tellExpired(tx, expired);
        await noteChange(tx, listing, 'zones', 'digilist.zone.delete');
      }
      return { dryRun, impact };
    });
  }
}

interface Opened {
  listing: ListingRow;
  zones: ZoneRow[];
  zone: ZoneRow;
}

/** The zone and its siblings, locked. @throws Refusal NOT_FOUND, FORBIDDEN, STALE_VERSION, LISTING_INVALID_STATE */
async function open(tx: Tx, listingId: string, zoneId: string, expected: number | null): Promise<Opened> {
  const listing = await lockListing(tx, listingId, null);
  requireAlive(listing);
  await tx.query(LOCK_ZONES, [tx.tenantId, listing.orgId, listingId]);
  const zones = await readGraph(tx, listing);
  const zone = zones.find(({ id }) => id === zoneId);
  if (!zone) throw new Refusal(NOT_FOUND);
  if (expected !== null && zone.version !== expected)
    throw new Refusal(STALE_VERSION, { details: { version: zone.version } });
  return { listing, zones, zone };
}

/** @throws Refusal ZONE_INVALID, ZONE_COLLISION */
async function compose(
  tx: Tx,
  listing: ListingRow,
  zones: readonly ZoneRow[],
  zone: ZoneRow,
  partIds: readonly string[],
  dryRun: boolean,
): Promise<Reshaped> {
  if (zone.atomId !== null) throw new Refusal(ZONE_INVALID, { detail: 'The zone is a part of its own.' });
  const before = requireSound(zones);
  const after = requireSound(zones.map((other) => (other.id === zone.id ? { ...other, partIds } : other)));
  const reshaped = await reshape(tx, listing, before, after, { dryRun });
  if (!dryRun) await tx.query(REPLACE_PARTS, [tx.tenantId, listing.id, zone.id, partIds, tx.actorId]);
  return reshaped;
}

/** Under the lock that everybody takes who takes from the stock. @throws Refusal ZONE_INVALID, STOCK_TOO_LOW */
async function restock(tx: Tx, zoneId: string, stock: number, dryRun: boolean): Promise<void> {
  const [atom] = await tx.query<{ id: string; stock: number }>(LOCK_COUNTED, [tx.tenantId, zoneId]);
  if (!atom) throw new Refusal(ZONE_INVALID, { detail: 'Only what is counted has a stock.' });
  const [most] = await tx.query<{ peak: number; at: string }>(FUTURE_PEAK, [tx.tenantId, atom.id]);
  if (most && most.peak > stock)
    throw new Refusal(STOCK_TOO_LOW, { details: { stock, needed: most.peak, at: most.at } });
  if (!dryRun) await tx.query(SET_STOCK, [tx.tenantId, atom.id, stock, tx.actorId]);
}

/** Columns of what a request names; what it does not name is left out. */
function columnsOf({ name, capacity, areaM2, position }: UpdateZone): Record<string, unknown> {
  return {
    ...(name && { name: allLanguages(name) }),
    ...(capacity !== undefined && { capacity }),
    ...(areaM2 !== undefined && { area_m2: areaM2 }),
    ...(position !== undefined && { position }),
  };
}
