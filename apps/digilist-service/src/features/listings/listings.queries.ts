import type {
  Listing,
  ListingId,
  ListingPage,
  ListingSummary,
  ListingType,
  ListingTypeList,
  ListListings,
  Zone,
  ZoneId,
  ZoneList,
} from '@digilist/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { PUBLIC_STATUSES, requireListing, seesUnpublished } from './listing-access.js';
import { HAS_BOOKED, LIST_LISTING_TYPES, LIST_LISTINGS } from './listings.sql.js';
import { GET_ZONE, LIST_ZONES } from './zones.sql.js';

interface SummaryRow extends Record<string, unknown> {
  sortName: string;
  id: string;
  listing: ListingSummary;
}

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

  list(ctx: RequestContext, query: ListListings): Promise<ListingPage> {
    const { keys, fetch } = pageStart(query, ['text', 'uuid']);
    const words = query.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
    return this.work.run(ctx, async (tx) => {
      const reach = await seesUnpublished(tx);
      const rows = await tx.query<SummaryRow>(LIST_LISTINGS, [
        tx.tenantId,
        PUBLIC_STATUSES,
        reach.tenant,
        reach.orgIds,
        words.length > 0 ? words : null,
        query.type ?? null,
        query.municipality ?? null,
        query.capacity ?? null,
        query.orgId ?? null,
        query.status ?? null,
        keys?.[0] ?? null,
        keys?.[1] ?? null,
        fetch,
      ]);
      return pageOfRows(
        query,
        rows,
        ({ sortName, id }) => [sortName, id],
        ({ listing }) => listing,
      );
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
