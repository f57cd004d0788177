import { Module } from '@nestjs/common';
import { AvailabilitySearchQueries } from './availability-search.queries.js';
import { ListingSearchQueries } from './listing-search.queries.js';
import { SearchController } from './search.controller.js';

@Module({ controllers: [SearchController], providers: [ListingSearchQueries, AvailabilitySearchQueries] })
export class SearchModule {}
