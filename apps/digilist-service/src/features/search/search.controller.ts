import { type ListListings, listListings, type SearchAvailability, searchAvailability } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { AvailabilitySearchQueries } from './availability-search.queries.js';
import { ListingSearchQueries } from './listing-search.queries.js';

@Controller()
export class SearchController {
  constructor(
    private readonly listings: ListingSearchQueries,
    private readonly availability: AvailabilitySearchQueries,
  ) {}

  @Handles(listListings)
  list(ctx: RequestContext, request: ListListings) {
    return this.listings.list(ctx, request);
  }

  @Handles(searchAvailability)
  search(ctx: RequestContext, request: SearchAvailability) {
    return this.availability.search(ctx, request);
  }
}
