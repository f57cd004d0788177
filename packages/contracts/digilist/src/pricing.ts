import {
  anonymous,
  Id,
  Instant,
  ListOf,
  ListOfOneOf,
  LocalDate,
  LocalTime,
  Money,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Slug,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { LISTING_NOT_BOOKABLE, ORG_NOT_MEMBER, QUANTITY_INVALID, ZONE_REQUIRED } from './bookings.errors.js';
import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME } from './calendar.errors.js';
import { operation } from './context.js';
import { LISTING_INVALID_STATE, ZONE_UNKNOWN } from './listings.errors.js';
import { ListingId } from './listings.js';
import { LocalizedName } from './listings.text.js';
import {
  ADD_ON_UNKNOWN,
  DISCOUNT_CODE_INVALID,
  PRICE_NOT_DEFINED,
  PRICING_GROUP_NOT_VERIFIED,
  PRICING_GROUP_UNKNOWN,
} from './pricing.errors.js';
import { RULES_INVALID } from './rules.errors.js';
import { WEEKDAYS } from './rules.js';
import { TimeWanted } from './time-wanted.js';

export const PRICE_UNITS = ['hour', 'day', 'slot', 'unit', 'person', 'booking'] as const;
export type PriceUnit = (typeof PRICE_UNITS)[number];

/** Days that a price may be for; a public holiday is its weekday as well. */
export const PRICE_DAYS = [...WEEKDAYS, 'PH'] as const;
export type PriceDay = (typeof PRICE_DAYS)[number];

export const PRICE_LINE_KINDS = ['period', 'group', 'add_on', 'discount'] as const;
export type PriceLineKind = (typeof PRICE_LINE_KINDS)[number];

/** One step of a price, with the rule that made it. The lines add up to the price, to the øre. */
export class PriceLine {
  @OneOf(PRICE_LINE_KINDS)
  kind: PriceLineKind;

  @Nested(() => LocalizedName, { description: 'Name of the rule' })
  name: LocalizedName;

  @Id({ description: 'Rule, group or discount code' })
  ruleId: string;

  @Whole({ min: 1, description: 'Version of it that was applied' })
  ruleVersion: number;

  @Instant({ nullable: true, description: 'Part of the time that the line is for' })
  startsAt: string | null;

  @Instant({ nullable: true })
  endsAt: string | null;

  @OneOf(PRICE_UNITS, { nullable: true })
  unit: PriceUnit | null;

  @Text({ max: 30, nullable: true, description: 'How many units, as a decimal number', example: '1.5' })
  quantity: string | null;

  @Nested(() => Money, { nullable: true, description: 'Per unit, without VAT' })
  rate: Money | null;

  @Whole({
    min: -10_000,
    max: 10_000,
    optional: true,
    description: 'Of a percentage: hundredths of a per cent that come off; negative where they are added',
    example: 3000,
  })
  basisPoints?: number;

  @Nested(() => Money, { description: 'Without VAT; negative where it is a reduction' })
  net: Money;

  @Whole({ min: 0, max: 10_000, description: 'VAT in hundredths of a per cent', example: 2500 })
  vatBasisPoints: number;

  @Nested(() => Money)
  vat: Money;

  @Nested(() => Money)
  total: Money;
}

export class Price {
  @Nested(() => Money)
  net: Money;

  @Nested(() => Money)
  vat: Money;

  @Nested(() => Money)
  total: Money;

  @ListOf(() => PriceLine)
  lines: PriceLine[];
}

export const PRICING_RULE_KINDS = ['period', 'add_on'] as const;
export type PricingRuleKind = (typeof PRICING_RULE_KINDS)[number];

/**
 * A price for some of the time (`period`), or of something extra (`add_on`). Where several periods apply, the higher
 * priority wins, then the one for the zone, then the one with the narrower window.
 */
export class PricingRuleFields {
  @Id({ optional: true, description: 'Leave it out to apply to all zones' })
  zoneId?: string;

  @OneOf(PRICING_RULE_KINDS, { optional: true, description: 'period unless told' })
  kind?: PricingRuleKind;

  @Slug({ optional: true, description: 'How a booking names the add-on', example: 'cleaning' })
  key?: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @OneOf(PRICE_UNITS, { example: 'hour' })
  unit: PriceUnit;

  @Nested(() => Money, { description: 'Per unit, without VAT' })
  amount: Money;

  @Whole({
    min: 0,
    max: 10_000,
    optional: true,
    description: 'VAT in hundredths of a per cent; 2500 unless told',
    example: 2500,
  })
  vatBasisPoints?: number;

  @Whole({ min: -1000, max: 1000, optional: true, description: '0 unless told' })
  priority?: number;

  @ListOfOneOf(PRICE_DAYS, { optional: true, description: 'PH: Norwegian public holidays', example: ['SA', 'SU'] })
  weekdays?: PriceDay[];

  @LocalTime({ optional: true, example: '17:00' })
  fromTime?: string;

  @LocalTime({ optional: true, example: '22:00' })
  toTime?: string;

  @LocalDate({ optional: true })
  firstDate?: string;

  @LocalDate({ optional: true, description: 'Included' })
  lastDate?: string;
}

export class PutPricingRule extends PricingRuleFields {
  @Id({ optional: true, description: 'Rule that is kept or changed; new without it' })
  id?: string;
}

export class PricingRule extends PricingRuleFields {
  @Id()
  id: string;

  @Whole({ min: 1 })
  version: number;
}

export class PricingRules {
  @ListOf(() => PricingRule, { max: 500 })
  rules: PricingRule[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export class PutPricingRules {
  @Id({ description: 'The listing' })
  id: string;

  @ListOf(() => PutPricingRule, { max: 500, description: 'All rules that shall hold; others are retired' })
  rules: PutPricingRule[];
}

/** A rule as it was from one change to the next; price lines name it by id and version. */
export class PricingRuleVersion extends PricingRule {
  @OneOf(['active', 'retired'], { description: 'retired: left out from this version on' })
  status: 'active' | 'retired';

  @Instant({ description: 'Since when' })
  changedAt: string;

  @Id({ description: 'Who changed it' })
  changedBy: string;
}

export class PricingRuleHistory extends pageOf(PricingRuleVersion) {}

export class ListPricingRuleHistory extends PageQuery {
  @Id({ description: 'The listing' })
  id: string;
}

export class QuoteAddOn {
  @Text({ min: 1, max: 63, description: 'Key of the add-on, as the pricing rules name it', example: 'cleaning' })
  key: string;

  @Whole({ min: 1, max: 1000, example: 1 })
  quantity: number;
}

export class CreateQuote extends TimeWanted {
  @Id()
  listingId: string;

  @Id({ optional: true, description: 'May be left out where there is only one' })
  zoneId?: string;

  @Whole({ min: 1, max: 100_000, optional: true })
  quantity?: number;

  @Text({ min: 1, max: 60, optional: true, description: 'private unless told', example: 'sports_club' })
  pricingGroup?: string;

  @Text({ min: 1, max: 60, optional: true })
  discountCode?: string;

  @ListOf(() => QuoteAddOn, { max: 20, optional: true })
  addOns?: QuoteAddOn[];

  @Id({ optional: true, description: 'Organization that the caller is a member of and would book for' })
  onBehalfOfOrgId?: string;
}

export class Quote {
  @Id()
  id: string;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @Whole({ min: 1 })
  quantity: number;

  @Text({ max: 60 })
  pricingGroup: string;

  @Id({ nullable: true, description: 'Organization that the price is for' })
  onBehalfOfOrgId: string | null;

  @Nested(() => Price)
  price: Price;

  @Texts({ max: 600, length: 1000, description: 'The price in sentences, in the language of Accept-Language' })
  explanation: string[];

  @Instant({ description: 'Until when the price holds' })
  expiresAt: string;
}

export const PRICES_ARE_PUBLIC = 'Prices are public.';

export const getPricingRules = operation({
  id: 'getPricingRules',
  subject: 'pricing-rule.list.v1',
  summary: 'Prices of a listing',
  http: { method: 'GET', path: '/listings/{id}/pricing-rules' },
  request: ListingId,
  response: PricingRules,
  access: anonymous(PRICES_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const putPricingRules = operation({
  id: 'putPricingRules',
  subject: 'pricing-rule.put.v1',
  summary: 'Set the prices of a listing',
  http: { method: 'PUT', path: '/listings/{id}/pricing-rules' },
  request: PutPricingRules,
  response: PricingRules,
  access: permission('digilist.pricing-rule.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULES_INVALID, ZONE_UNKNOWN, LISTING_INVALID_STATE],
  version: 'required',
});

export const listPricingRuleHistory = operation({
  id: 'listPricingRuleHistory',
  subject: 'pricing-rule.history.v1',
  summary: 'What the prices of a listing were before, last change first',
  http: { method: 'GET', path: '/listings/{id}/pricing-rules/history' },
  request: ListPricingRuleHistory,
  response: PricingRuleHistory,
  access: permission('digilist.pricing-rule.read'),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
});

export const createQuote = operation({
  id: 'createQuote',
  subject: 'quote.create.v1',
  summary: 'What a booking would cost; holds for 15 minutes',
  http: { method: 'POST', path: '/quotes', status: 201 },
  request: CreateQuote,
  response: Quote,
  access: permission('digilist.quote.create'),
  module: 'digilist.booking',
  errors: [
    NOT_FOUND,
    INVALID_INTERVAL,
    AMBIGUOUS_LOCAL_TIME,
    NONEXISTENT_LOCAL_TIME,
    LISTING_NOT_BOOKABLE,
    ZONE_REQUIRED,
    ZONE_UNKNOWN,
    QUANTITY_INVALID,
    ORG_NOT_MEMBER,
    PRICING_GROUP_UNKNOWN,
    PRICING_GROUP_NOT_VERIFIED,
    PRICE_NOT_DEFINED,
    ADD_ON_UNKNOWN,
    DISCOUNT_CODE_INVALID,
  ],
  idempotent: true,
});

export const pricingOperations = [getPricingRules, putPricingRules, listPricingRuleHistory, createQuote] as const;
