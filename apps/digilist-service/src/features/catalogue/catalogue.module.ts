import { Module } from '@nestjs/common';
import { AmenitiesService } from './amenities.service.js';
import { CatalogueController } from './catalogue.controller.js';
import { CategoriesService } from './categories.service.js';
import { ListingCatalogueService } from './listing-catalogue.service.js';

@Module({
  controllers: [CatalogueController],
  providers: [CategoriesService, AmenitiesService, ListingCatalogueService],
})
export class CatalogueModule {}
