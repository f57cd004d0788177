import {
  Id,
  Ids,
  LocalDate,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Whole,
} from '@kit/contracts';
import { QuotaFields, QuotaTerms } from './booking-quotas.terms.js';
import { operation } from './context.js';
import { ORGANIZATION_UNKNOWN } from './listings.errors.js';
import { RULE_RETIRED, RULES_INVALID } from './rules.errors.js';

export const RULE_STATUSES = ['active', 'retired'] as const;
export type RuleStatus = (typeof RULE_STATUSES)[number];

export class BookingQuotaId {
  @Id()
  id: string;
}

/** A quota over one listing, over several together, or over all of an organization. */
export class BookingQuota extends QuotaTerms {
  @Id({ description: 'Organization that manages it' })
  orgId: string;

  @Ids({ max: 500, nullable: true, description: 'null: all listings of the organization, those to come included' })
  listingIds: string[] | null;

  @OneOf(RULE_STATUSES)
  status: RuleStatus;

  @Whole({ min: 0, description: 'How many listings it holds for at present' })
  listings: number;

  @Whole({ min: 1 })
  version: number;
}

export class BookingQuotaPage extends pageOf(BookingQuota) {}

class QuotaRequest extends QuotaFields {
  @LocalDate({ optional: true, description: 'First day of a season', example: '2026-08-15' })
  firstDate?: string;

  @LocalDate({ optional: true, description: 'Last day of a season, included', example: '2027-06-15' })
  lastDate?: string;
}

export class CreateBookingQuota extends QuotaRequest {
  @Id()
  orgId: string;

  @Ids({ max: 500, optional: true, description: 'Left out: all listings of the organization' })
  listingIds?: string[];
}

export class UpdateBookingQuota extends QuotaRequest {
  @Id()
  id: string;
}

export class ListBookingQuotas extends PageQuery {
  @Id({ optional: true })
  orgId?: string;

  @Id({ optional: true, description: 'Quotas that hold for this listing' })
  listingId?: string;

  @OneOf(RULE_STATUSES, { optional: true })
  status?: RuleStatus;
}

export const createBookingQuota = operation({
  id: 'createBookingQuota',
  subject: 'booking-quota.create.v1',
  summary: 'Limit how much one person or organization may book',
  http: { method: 'POST', path: '/booking-quotas', status: 201 },
  request: CreateBookingQuota,
  response: BookingQuota,
  access: permission('digilist.booking-rule.create'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, ORGANIZATION_UNKNOWN, RULES_INVALID],
  idempotent: true,
  version: 'answers',
});

export const listBookingQuotas = operation({
  id: 'listBookingQuotas',
  subject: 'booking-quota.list.v1',
  summary: 'Quotas',
  http: { method: 'GET', path: '/booking-quotas' },
  request: ListBookingQuotas,
  response: BookingQuotaPage,
  access: permission('digilist.booking-rule.read'),
  module: 'digilist.listings',
});

export const getBookingQuota = operation({
  id: 'getBookingQuota',
  subject: 'booking-quota.get.v1',
  summary: 'One quota',
  http: { method: 'GET', path: '/booking-quotas/{id}' },
  request: BookingQuotaId,
  response: BookingQuota,
  access: permission('digilist.booking-rule.read'),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateBookingQuota = operation({
  id: 'updateBookingQuota',
  subject: 'booking-quota.update.v1',
  summary: 'Change what a quota allows; the listings it holds for stay the same',
  http: { method: 'PUT', path: '/booking-quotas/{id}' },
  request: UpdateBookingQuota,
  response: BookingQuota,
  access: permission('digilist.booking-rule.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULES_INVALID, RULE_RETIRED],
  version: 'required',
});

export const retireBookingQuota = operation({
  id: 'retireBookingQuota',
  subject: 'booking-quota.retire.v1',
  summary: 'End a quota',
  http: { method: 'POST', path: '/booking-quotas/{id}/retire' },
  request: BookingQuotaId,
  response: BookingQuota,
  access: permission('digilist.booking-rule.delete'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULE_RETIRED, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const bookingQuotaOperations = [
  createBookingQuota,
  listBookingQuotas,
  getBookingQuota,
  updateBookingQuota,
  retireBookingQuota,
] as const;
