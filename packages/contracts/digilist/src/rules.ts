import {
  anonymous,
  Id,
  ListOf,
  ListOfOneOf,
  LocalDate,
  LocalTime,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  Whole,
} from '@kit/contracts';
import { QuotaTerms } from './booking-quotas.terms.js';
import { operation } from './context.js';
import { LISTING_INVALID_STATE } from './listings.errors.js';
import { ListingId } from './listings.js';
import { LocalizedName } from './listings.text.js';
import { RULE_TEMPLATE_UNKNOWN, RULES_INVALID } from './rules.errors.js';
import { BOOKING_RULE_FIELDS, type BookingRuleField, BookingRuleFields, BookingRuleOverrides } from './rules.fields.js';

/** Days of the week as RFC 5545 writes them, Monday first. */
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const AVAILABILITY_RULE_KINDS = ['weekly', 'season', 'exception', 'public_holiday', 'blackout'] as const;
export type AvailabilityRuleKind = (typeof AVAILABILITY_RULE_KINDS)[number];

/**
 * Opening hours in the listing's own time. On each day the highest kind that applies decides: exception, then
 * public_holiday, then season, then weekly. Of exceptions or seasons that overlap the one with the fewest days decides.
 * Blackouts are taken out of whatever is open.
 */
export class AvailabilityRule {
  @OneOf(AVAILABILITY_RULE_KINDS, { example: 'weekly' })
  kind: AvailabilityRuleKind;

  @ListOfOneOf(WEEKDAYS, { optional: true, description: 'All days unless told', example: ['MO', 'TU'] })
  weekdays?: Weekday[];

  @LocalTime({ optional: true, description: 'Without times: closed all day', example: '08:00' })
  opens?: string;

  @LocalTime({ optional: true, description: '24:00 ends the day', example: '23:00' })
  closes?: string;

  @LocalDate({ optional: true, description: 'First day; for season, exception and blackout', example: '2026-12-24' })
  firstDate?: string;

  @LocalDate({ optional: true, description: 'Last day, included', example: '2026-12-26' })
  lastDate?: string;

  @Nested(() => LocalizedName, { optional: true, description: 'Shown to people, e.g. why it is closed' })
  note?: LocalizedName;
}

export class AvailabilityRules {
  @ListOf(() => AvailabilityRule, { max: 500 })
  rules: AvailabilityRule[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export class PutAvailabilityRules {
  @Id({ description: 'The listing' })
  id: string;

  @ListOf(() => AvailabilityRule, { max: 500, description: 'Replaces all rules' })
  rules: AvailabilityRule[];
}

export const RULE_SOURCES = ['listing', 'template', 'default'] as const;
export type RuleSource = (typeof RULE_SOURCES)[number];

export class RuleOrigin {
  @OneOf(BOOKING_RULE_FIELDS)
  field: BookingRuleField;

  @OneOf(RULE_SOURCES, { description: 'Where its value comes from' })
  from: RuleSource;
}

/** What holds for a listing in the end. */
export class BookingRules extends BookingRuleFields {
  @Id({ nullable: true })
  templateId: string | null;

  @ListOf(() => RuleOrigin)
  origins: RuleOrigin[];

  @ListOf(() => QuotaTerms, { description: 'How much one person or organization may have booked' })
  quotas: QuotaTerms[];

  @Whole({ min: 1, description: 'Version of the listing' })
  version: number;
}

export class PutBookingRules extends BookingRuleOverrides {
  @Id({ description: 'The listing' })
  id: string;

  @Id({ optional: true, description: 'Template that gives what is left out here' })
  templateId?: string;
}

const PUBLIC = 'Opening hours and booking rules are public for published listings.';

export const getAvailabilityRules = operation({
  id: 'getAvailabilityRules',
  subject: 'availability-rule.list.v1',
  summary: 'Opening hours of a listing',
  http: { method: 'GET', path: '/listings/{id}/availability-rules' },
  request: ListingId,
  response: AvailabilityRules,
  access: anonymous(PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const putAvailabilityRules = operation({
  id: 'putAvailabilityRules',
  subject: 'availability-rule.put.v1',
  summary: 'Set the opening hours of a listing',
  http: { method: 'PUT', path: '/listings/{id}/availability-rules' },
  request: PutAvailabilityRules,
  response: AvailabilityRules,
  access: permission('digilist.availability-rule.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULES_INVALID, LISTING_INVALID_STATE],
  version: 'required',
});

export const getBookingRules = operation({
  id: 'getBookingRules',
  subject: 'booking-rule.get.v1',
  summary: 'Rules that bookings of a listing must keep',
  http: { method: 'GET', path: '/listings/{id}/booking-rules' },
  request: ListingId,
  response: BookingRules,
  access: anonymous(PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const putBookingRules = operation({
  id: 'putBookingRules',
  subject: 'booking-rule.put.v1',
  summary: 'Set the rules that bookings of a listing must keep',
  http: { method: 'PUT', path: '/listings/{id}/booking-rules' },
  request: PutBookingRules,
  response: BookingRules,
  access: permission('digilist.booking-rule.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULES_INVALID, RULE_TEMPLATE_UNKNOWN, LISTING_INVALID_STATE],
  version: 'required',
});

export const ruleOperations = [getAvailabilityRules, putAvailabilityRules, getBookingRules, putBookingRules] as const;
