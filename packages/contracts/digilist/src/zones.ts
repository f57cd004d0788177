import {
  anonymous,
  Flag,
  Id,
  Ids,
  ListOf,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  STALE_VERSION,
  Whole,
} from '@kit/contracts';
import { BookingImpact } from './booking-impact.js';
import { operation } from './context.js';
import { LISTINGS_ARE_PUBLIC } from './listing-types.js';
import {
  LISTING_HAS_BOOKINGS,
  LISTING_INVALID_STATE,
  STOCK_TOO_LOW,
  ZONE_COLLISION,
  ZONE_IN_USE,
  ZONE_INVALID,
} from './listings.errors.js';
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

  @Ids({ max: 100, optional: true, description: 'Zones made of others that it becomes a part of, with their bookings' })
  partOf?: string[];

  @Flag({
    optional: true,
    description: 'On the first zone: the listing as a whole stays a zone, made of this one, and keeps its bookings',
  })
  convertWhole?: boolean;

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

  @Whole({ nullable: true, description: 'How many there are, where they are counted' })
  stock: number | null;

  @Whole({ min: 0, description: 'Where it stands among the others' })
  position: number;

  @Whole({ min: 1 })
  version: number;
}

export class ZoneId {
  @Id({ description: 'The listing' })
  id: string;

  @Id()
  zoneId: string;
}

export class UpdateZone extends ZoneId {
  @Nested(() => LocalizedName, { optional: true })
  name?: LocalizedName;

  @Whole({ min: 1, max: 100_000, optional: true, nullable: true })
  capacity?: number | null;

  @Whole({ min: 1, max: 10_000_000, optional: true, nullable: true })
  areaM2?: number | null;

  @Whole({ min: 0, max: 10_000, optional: true })
  position?: number;

  @Ids({ max: 100, optional: true, description: 'Zones it consists of from now on; its bookings follow' })
  partIds?: string[];

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many there are, where they are counted' })
  stock?: number;

  @Flag({ optional: true, description: 'Only answers what would happen' })
  dryRun?: boolean;
}

/** The zone afterwards (as it would be, on a dry run). */
export class ZoneOutcome extends Zone {
  @Flag({ description: 'Nothing was done: this is what would happen' })
  dryRun: boolean;

  @Whole({ min: 0, description: 'Bookings, holds and blocks whose place in the calendar changed with it' })
  moved: number;
}

export const RETIRE_EFFECTS = ['refuse', 'keep'] as const;
export type RetireEffect = (typeof RETIRE_EFFECTS)[number];

export class RetireZone extends ZoneId {
  @OneOf(RETIRE_EFFECTS, {
    optional: true,
    description: 'What becomes of its bookings that have not ended: refuse (unless told), or keep',
  })
  bookings?: RetireEffect;

  @Flag({ optional: true, description: 'Only answers what would happen' })
  dryRun?: boolean;
}

export class ZoneRetirement {
  @Flag({ description: 'Nothing was done: this is what would happen' })
  dryRun: boolean;

  @Nested(() => BookingImpact, { description: 'Its bookings that have not ended' })
  impact: BookingImpact;
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
  errors: [NOT_FOUND, ZONE_INVALID, ZONE_COLLISION, LISTING_HAS_BOOKINGS, LISTING_INVALID_STATE],
  idempotent: true,
});

export const getZone = operation({
  id: 'getZone',
  subject: 'zone.get.v1',
  summary: 'One zone',
  http: { method: 'GET', path: '/listings/{id}/zones/{zoneId}' },
  request: ZoneId,
  response: Zone,
  access: anonymous(LISTINGS_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateZone = operation({
  id: 'updateZone',
  subject: 'zone.update.v1',
  summary: 'Change a zone; made of other parts, its future bookings follow or it is refused',
  http: { method: 'PATCH', path: '/listings/{id}/zones/{zoneId}', query: ['dryRun'] },
  request: UpdateZone,
  response: ZoneOutcome,
  access: permission('digilist.zone.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, ZONE_INVALID, ZONE_COLLISION, STOCK_TOO_LOW, LISTING_INVALID_STATE],
  version: 'required',
});

export const retireZone = operation({
  id: 'retireZone',
  subject: 'zone.delete.v1',
  summary: 'Take a zone out of use: it cannot be booked any more, and its bookings keep their history',
  http: { method: 'DELETE', path: '/listings/{id}/zones/{zoneId}' },
  request: RetireZone,
  response: ZoneRetirement,
  access: permission('digilist.zone.delete'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, ZONE_IN_USE, LISTING_HAS_BOOKINGS, LISTING_INVALID_STATE],
});

export const zoneOperations = [listZones, createZone, getZone, updateZone, retireZone] as const;
