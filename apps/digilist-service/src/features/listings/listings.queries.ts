import type { Listing, ListingId, ListingType, ListingTypeList, Zone, ZoneId, ZoneList } from '@digilist/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireListing, seesUnpublished } from './listing-access.js';
import { HAS_BOOKED, LIST_LISTING_TYPES } from './listings.sql.js';
import { GET_ZONE, LIST_ZONES } from './zones.sql.js';

@Injectable()
export class ListingsQueries {
  constructor(private readonly work: UnitOfWork) {}

  types(ctx: RequestContext): Promise<ListingTypeList> {
    return this.work.run(ctx, async (tx) => ({
      data: (await tx.query<ListingType & Record<string, unknown>>(LIST_LISTING_TYPES, [tx.tenantId])) as ListingType[],
    }));
  }

  get(ctx: RequestContext, { id }: ListingId): Promise<Listing> {
    return this.work.run(ctx, async (tx) => {
      const listing = await requireListing(tx, id);
      return listing.accessInstructions === null || (await maySeeAccess(tx, ctx, listing))
        ? listing
        : { ...listing, accessInstructions: null };
    });
  }

  zone(ctx: RequestContext, { id, zoneId }: ZoneId): Promise<Zone> {
    return this.work.run(ctx, async (tx) => {
      await requireListing(tx, id);
      return (await tx.one<{ zone: Zone }>(GET_ZONE, [tx.tenantId, id, zoneId])).zone;
    });
  }

  zones(ctx: RequestContext, { id }: ListingId): Promise<ZoneList> {
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await requireListing(tx, id);
      const rows = await tx.query<{ zone: Zone }>(LIST_ZONES, [tx.tenantId, orgId, id]);
      return { data: rows.map(({ zone }) => zone) };
    });
  }
}

/** How to get in is for those who come, and for staff. */
async function maySeeAccess(tx: Tx, ctx: RequestContext, { id, orgId }: Listing): Promise<boolean> {
  if (ctx.principal.kind !== 'user') return false;
  if ((await seesUnpublished(tx)).covers(orgId)) return true;
  return (await tx.one<{ booked: boolean }>(HAS_BOOKED, [tx.tenantId, id, ctx.principal.userId])).booked;
}
