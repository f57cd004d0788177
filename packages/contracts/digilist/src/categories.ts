import {
  anonymous,
  Id,
  Ids,
  ListOf,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  Slug,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import {
  CATALOGUE_FULL,
  CATEGORY_CYCLE,
  CATEGORY_HAS_CHILDREN,
  CATEGORY_SLUG_TAKEN,
  CATEGORY_UNKNOWN,
} from './catalogue.errors.js';
import { operation } from './context.js';
import { LISTINGS_ARE_PUBLIC } from './listing-types.js';
import { LISTING_INVALID_STATE } from './listings.errors.js';
import { LocalizedName } from './listings.text.js';

export const CATALOGUE_STATUSES = ['active', 'retired'] as const;
export type CatalogueStatus = (typeof CATALOGUE_STATUSES)[number];

/** How many categories, and how many amenities, a tenant may have. */
export const MAX_CATALOGUE = 500;
const MAX_CATEGORIES_OF_LISTING = 20;

/** A category as a listing shows it. */
export class CategoryRef {
  @Id()
  id: string;

  @Text({ max: 63, example: 'idrettshall' })
  slug: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;
}

export class Category extends CategoryRef {
  @Id({ nullable: true, description: 'Category that it lies below' })
  parentId: string | null;

  @Whole({ min: 0, description: 'Order among those of the same parent' })
  position: number;

  @OneOf(CATALOGUE_STATUSES)
  status: CatalogueStatus;

  @Whole({ min: 1 })
  version: number;
}

export class CategoryList {
  @ListOf(() => Category, { description: 'Parents before those below them' })
  data: Category[];
}

export class ListCategories {
  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'active unless told' })
  status?: CatalogueStatus;
}

export class CategoryId {
  @Id()
  id: string;
}

export class CreateCategory {
  @Slug({ description: 'How addresses and filters name it', example: 'klatrehall' })
  slug: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Id({ optional: true, nullable: true, description: 'Category that it lies below' })
  parentId?: string | null;

  @Whole({ min: 0, max: 10_000, optional: true })
  position?: number;
}

export class UpdateCategory {
  @Id()
  id: string;

  @Slug({ optional: true, example: 'klatrehall' })
  slug?: string;

  @Nested(() => LocalizedName, { optional: true })
  name?: LocalizedName;

  @Id({ optional: true, nullable: true, description: 'null makes it a root' })
  parentId?: string | null;

  @Whole({ min: 0, max: 10_000, optional: true })
  position?: number;

  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'Listings keep what is retired, but it is not shown' })
  status?: CatalogueStatus;
}

export class PutListingCategories {
  @Id({ description: 'The listing' })
  id: string;

  @Ids({ max: MAX_CATEGORIES_OF_LISTING, description: 'All categories it shall have' })
  categoryIds: string[];
}

export class ListingCategories {
  @ListOf(() => CategoryRef)
  categories: CategoryRef[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export const listCategories = operation({
  id: 'listCategories',
  subject: 'category.list.v1',
  summary: 'The tree of categories',
  http: { method: 'GET', path: '/categories' },
  request: ListCategories,
  response: CategoryList,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
});

export const getCategory = operation({
  id: 'getCategory',
  subject: 'category.get.v1',
  summary: 'One category',
  http: { method: 'GET', path: '/categories/{id}' },
  request: CategoryId,
  response: Category,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createCategory = operation({
  id: 'createCategory',
  subject: 'category.create.v1',
  summary: 'Create a category',
  http: { method: 'POST', path: '/categories', status: 201 },
  request: CreateCategory,
  response: Category,
  access: permission('digilist.category.update'),
  module: 'digilist.listings',
  errors: [CATEGORY_UNKNOWN, CATEGORY_SLUG_TAKEN, CATALOGUE_FULL],
  idempotent: true,
  version: 'answers',
});

export const updateCategory = operation({
  id: 'updateCategory',
  subject: 'category.update.v1',
  summary: 'Change, move, retire or restore a category',
  http: { method: 'PATCH', path: '/categories/{id}' },
  request: UpdateCategory,
  response: Category,
  access: permission('digilist.category.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, CATEGORY_UNKNOWN, CATEGORY_SLUG_TAKEN, CATEGORY_CYCLE, CATEGORY_HAS_CHILDREN],
  version: 'required',
});

export const putListingCategories = operation({
  id: 'putListingCategories',
  subject: 'listing-category.put.v1',
  summary: 'Say which categories a listing belongs to',
  http: { method: 'PUT', path: '/listings/{id}/categories' },
  request: PutListingCategories,
  response: ListingCategories,
  access: permission('digilist.listing.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, LISTING_INVALID_STATE, CATEGORY_UNKNOWN],
  version: 'required',
});

export const categoryOperations = [
  listCategories,
  getCategory,
  createCategory,
  updateCategory,
  putListingCategories,
] as const;
