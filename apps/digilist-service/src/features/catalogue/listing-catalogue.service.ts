import {
  AMENITY_UNKNOWN,
  type AmenityRef,
  CATEGORY_UNKNOWN,
  type CategoryRef,
  type ListingAmenities,
  type ListingCategories,
  type PutListingAmenities,
  type PutListingCategories,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { changeListing } from '../listings/index.js';
import {
  AMENITIES_BY_ID,
  CATEGORIES_BY_ID,
  PUT_LISTING_AMENITIES,
  PUT_LISTING_CATEGORIES,
  UNKNOWN_AMENITIES,
  UNKNOWN_CATEGORIES,
} from './catalogue.sql.js';

/** What a listing is and what it offers: changes of the listing, under its version. */
@Injectable()
export class ListingCatalogueService {
  constructor(private readonly work: UnitOfWork) {}

  putCategories(ctx: RequestContext, { id, categoryIds }: PutListingCategories): Promise<ListingCategories> {
    return this.work.run(ctx, async (tx) => {
      const action = 'digilist.listing.update';
      // In the order in which a renamed category locks: itself first, then its listings.
      const unknown = await tx.query<{ id: string }>(UNKNOWN_CATEGORIES, [tx.tenantId, categoryIds]);
      const { version } = await changeListing(tx, id, expectedVersion(ctx), 'categories', action);
      if (unknown.length > 0) throw new Refusal(CATEGORY_UNKNOWN, { details: { ids: unknown.map((row) => row.id) } });
      await tx.query(PUT_LISTING_CATEGORIES, [tx.tenantId, id, categoryIds, tx.actorId]);
      const categories = await tx.query<CategoryRef & Record<string, unknown>>(CATEGORIES_BY_ID, [
        tx.tenantId,
        categoryIds,
      ]);
      return { categories, version };
    });
  }

  putAmenities(ctx: RequestContext, { id, amenityIds }: PutListingAmenities): Promise<ListingAmenities> {
    return this.work.run(ctx, async (tx) => {
      const action = 'digilist.listing.update';
      const unknown = await tx.query<{ id: string }>(UNKNOWN_AMENITIES, [tx.tenantId, amenityIds]);
      const { version } = await changeListing(tx, id, expectedVersion(ctx), 'amenities', action);
      if (unknown.length > 0) throw new Refusal(AMENITY_UNKNOWN, { details: { ids: unknown.map((row) => row.id) } });
      await tx.query(PUT_LISTING_AMENITIES, [tx.tenantId, id, amenityIds, tx.actorId]);
      const amenities = await tx.query<AmenityRef & Record<string, unknown>>(AMENITIES_BY_ID, [
        tx.tenantId,
        amenityIds,
      ]);
      return { amenities, version };
    });
  }
}
