import {
  type CreateListing,
  type CreateZone,
  createListing,
  createZone,
  getListing,
  getZone,
  type ListingId,
  listListingTypes,
  listZones,
  publishListing,
  type UpdateListing,
  type UpdateListingType,
  updateListing,
  updateListingType,
  type ZoneId,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { ListingsQueries } from './listings.queries.js';
import { ListingsService } from './listings.service.js';
import { ZonesService } from './zones.service.js';

@Controller()
export class ListingsController {
  constructor(
    private readonly listings: ListingsService,
    private readonly zones: ZonesService,
    private readonly queries: ListingsQueries,
  ) {}

  @Handles(listListingTypes)
  types(ctx: RequestContext) {
    return this.queries.types(ctx);
  }

  @Handles(updateListingType)
  updateType(ctx: RequestContext, request: UpdateListingType) {
    return this.listings.updateType(ctx, request);
  }

  @Handles(createListing)
  create(ctx: RequestContext, request: CreateListing) {
    return this.listings.create(ctx, request);
  }

  @Handles(getListing)
  get(ctx: RequestContext, request: ListingId) {
    return this.queries.get(ctx, request);
  }

  @Handles(updateListing)
  update(ctx: RequestContext, request: UpdateListing) {
    return this.listings.update(ctx, request);
  }

  @Handles(publishListing)
  publish(ctx: RequestContext, request: ListingId) {
    return this.listings.publish(ctx, request);
  }

  @Handles(listZones)
  listZones(ctx: RequestContext, request: ListingId) {
    return this.queries.zones(ctx, request);
  }

  @Handles(getZone)
  getZone(ctx: RequestContext, request: ZoneId) {
    return this.queries.zone(ctx, request);
  }

  @Handles(createZone)
  createZone(ctx: RequestContext, request: CreateZone) {
    return this.zones.create(ctx, request);
  }
}
