import {
  type AmenityId,
  type CategoryId,
  type CreateAmenity,
  type CreateCategory,
  createAmenity,
  createCategory,
  getAmenity,
  getCategory,
  type ListAmenities,
  type ListCategories,
  listAmenities,
  listCategories,
  type PutListingAmenities,
  type PutListingCategories,
  putListingAmenities,
  putListingCategories,
  type UpdateAmenity,
  type UpdateCategory,
  updateAmenity,
  updateCategory,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { AmenitiesService } from './amenities.service.js';
import { CategoriesService } from './categories.service.js';
import { ListingCatalogueService } from './listing-catalogue.service.js';

@Controller()
export class CatalogueController {
  constructor(
    private readonly categories: CategoriesService,
    private readonly amenities: AmenitiesService,
    private readonly listings: ListingCatalogueService,
  ) {}

  @Handles(listCategories)
  listCategories(ctx: RequestContext, request: ListCategories) {
    return this.categories.list(ctx, request);
  }

  @Handles(getCategory)
  getCategory(ctx: RequestContext, request: CategoryId) {
    return this.categories.get(ctx, request);
  }

  @Handles(createCategory)
  createCategory(ctx: RequestContext, request: CreateCategory) {
    return this.categories.create(ctx, request);
  }

  @Handles(updateCategory)
  updateCategory(ctx: RequestContext, request: UpdateCategory) {
    return this.categories.update(ctx, request);
  }

  @Handles(putListingCategories)
  putListingCategories(ctx: RequestContext, request: PutListingCategories) {
    return this.listings.putCategories(ctx, request);
  }

  @Handles(listAmenities)
  listAmenities(ctx: RequestContext, request: ListAmenities) {
    return this.amenities.list(ctx, request);
  }

  @Handles(getAmenity)
  getAmenity(ctx: RequestContext, request: AmenityId) {
    return this.amenities.get(ctx, request);
  }

  @Handles(createAmenity)
  createAmenity(ctx: RequestContext, request: CreateAmenity) {
    return this.amenities.create(ctx, request);
  }

  @Handles(updateAmenity)
  updateAmenity(ctx: RequestContext, request: UpdateAmenity) {
    return this.amenities.update(ctx, request);
  }

  @Handles(putListingAmenities)
  putListingAmenities(ctx: RequestContext, request: PutListingAmenities) {
    return this.listings.putAmenities(ctx, request);
  }
}
