import { anybody, Id } from '@kit/contracts';
import { event } from './context.js';

export class CategoryEventData {
  @Id()
  categoryId: string;
}

export class AmenityEventData {
  @Id()
  amenityId: string;
}

export const categoryCreated = event({
  aggregate: 'category',
  fact: 'created',
  summary: 'There is a new category of listings.',
  data: CategoryEventData,
  audience: () => anybody,
});
export const categoryChanged = event({
  aggregate: 'category',
  fact: 'changed',
  summary: 'A category was renamed, moved, retired or restored.',
  data: CategoryEventData,
  audience: () => anybody,
});
export const amenityCreated = event({
  aggregate: 'amenity',
  fact: 'created',
  summary: 'There is a new amenity.',
  data: AmenityEventData,
  audience: () => anybody,
});
export const amenityChanged = event({
  aggregate: 'amenity',
  fact: 'changed',
  summary: 'An amenity was renamed, retired or restored.',
  data: AmenityEventData,
  audience: () => anybody,
});

export const catalogueEvents = [categoryCreated, categoryChanged, amenityCreated, amenityChanged] as const;
