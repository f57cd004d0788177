import { anonymous, Flag, Id, Ids, ListOf, Nested, NOT_FOUND, OneOf, permission, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { LISTINGS_ARE_PUBLIC } from './listing-types.js';
import { LISTING_HAS_BOOKINGS, LISTING_INVALID_STATE, ZONE_INVALID } from './listings.errors.js';
import { ListingId } from './listings.js';
import { LocalizedName } from './listings.text.js';

export const ZONE_KINDS = ['leaf', 'composite'] as const;
export type ZoneKind = (typeof ZONE_KINDS)[number];

export class CreateZone {
  @Id({ description: 'The listing' })
  id: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Ids({ max: 100, optional: true, description: 'Zones this one consists of; none: a part of its own' })
  partIds?: string[];

  @Whole({ min: 1, max: 100_000, optional: true })
  capacity?: number;

  @Whole({ min: 1, max: 10_000_000, optional: true })
  areaM2?: number;
}

export class Zone {
  @Id()
  id: string;

  @Id()
  listingId: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @OneOf(ZONE_KINDS)
  kind: ZoneKind;

  @Flag({ description: 'The listing as a whole, as long as it has no zones' })
  implicit: boolean;

  @Ids({ description: 'Zones it consists of' })
  partIds: string[];

  @Ids({ max: 1000, description: 'What it occupies: zones that share an atom exclude each other' })
  atomIds: string[];

  @Whole({ nullable: true })
  capacity: number | null;

  @Whole({ nullable: true })
  areaM2: number | null;

  @Whole({ min: 1 })
  version: number;
}

export class ZoneList {
  @ListOf(() => Zone)
  data: Zone[];
}

export const listZones = operation({
  id: 'listZones',
  subject: 'zone.list.v1',
  summary: 'Zones of a listing: what a booking can name',
  http: { method: 'GET', path: '/listings/{id}/zones' },
  request: ListingId,
  response: ZoneList,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
});

export const createZone = operation({
  id: 'createZone',
  subject: 'zone.create.v1',
  summary: 'Add a zone: a part of its own, or one made of others',
  http: { method: 'POST', path: '/listings/{id}/zones', status: 201 },
  request: CreateZone,
  response: Zone,
  access: permission('digilist.zone.create'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, ZONE_INVALID, LISTING_HAS_BOOKINGS, LISTING_INVALID_STATE],
  idempotent: true,
});

export const zoneOperations = [listZones, createZone] as const;
