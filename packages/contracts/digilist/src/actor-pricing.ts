import { anonymous, Id, ListOf, Money, Nested, NOT_FOUND, OneOf, permission, Text, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { LISTING_INVALID_STATE, ZONE_UNKNOWN } from './listings.errors.js';
import { ListingId } from './listings.js';
import { PRICE_UNITS, PRICES_ARE_PUBLIC, type PriceUnit } from './pricing.js';
import { RULES_INVALID } from './rules.errors.js';

/**
 * What a group pays here instead of its usual percentage: a rate of its own (`unit` and `amount`), which replaces the
 * rate of every period, or a percentage of its own. The one for the zone goes before the one for all zones.
 */
export class ActorPriceFields {
  @Id({ optional: true, description: 'Leave it out to apply to all zones' })
  zoneId?: string;

  @Text({ min: 1, max: 63, description: 'Key of the pricing group', example: 'sports_club' })
  pricingGroup: string;

  @OneOf(PRICE_UNITS, { optional: true, description: 'Of an own rate', example: 'hour' })
  unit?: PriceUnit;

  @Nested(() => Money, { optional: true, description: 'An own rate per unit, without VAT' })
  amount?: Money;

  @Whole({
    min: -10_000,
    max: 10_000,
    optional: true,
    description: 'An own percentage instead, in hundredths: that come off; negative: that are added',
    example: 5000,
  })
  discountBasisPoints?: number;
}

export class PutActorPrice extends ActorPriceFields {
  @Id({ optional: true, description: 'Price that is kept or changed; new without it' })
  id?: string;
}

export class ActorPrice extends ActorPriceFields {
  @Id()
  id: string;

  @Whole({ min: 1 })
  version: number;
}

export class ActorPricing {
  @ListOf(() => ActorPrice, { max: 500 })
  prices: ActorPrice[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export class PutActorPricing {
  @Id({ description: 'The listing' })
  id: string;

  @ListOf(() => PutActorPrice, { max: 500, description: 'All prices of groups that shall hold; others are retired' })
  prices: PutActorPrice[];
}

export const getActorPricing = operation({
  id: 'getActorPricing',
  subject: 'actor-pricing.list.v1',
  summary: 'What groups pay for a listing instead of their usual percentage',
  http: { method: 'GET', path: '/listings/{id}/actor-pricing' },
  request: ListingId,
  response: ActorPricing,
  access: anonymous(PRICES_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const putActorPricing = operation({
  id: 'putActorPricing',
  subject: 'actor-pricing.put.v1',
  summary: 'Set what groups pay for a listing',
  http: { method: 'PUT', path: '/listings/{id}/actor-pricing' },
  request: PutActorPricing,
  response: ActorPricing,
  access: permission('digilist.actor-pricing.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULES_INVALID, ZONE_UNKNOWN, LISTING_INVALID_STATE],
  version: 'required',
});

export const actorPricingOperations = [getActorPricing, putActorPricing] as const;
