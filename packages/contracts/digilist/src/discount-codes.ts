import {
  Id,
  Ids,
  Instant,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { CATALOGUE_STATUSES, type CatalogueStatus } from './categories.js';
import { operation } from './context.js';
import { DISCOUNT_CODE_RULES_INVALID, DISCOUNT_CODE_TAKEN } from './pricing.errors.js';

export const DISCOUNT_KINDS = ['percentage', 'fixed'] as const;
export type DiscountKind = (typeof DISCOUNT_KINDS)[number];

const VALUE = {
  min: 1,
  max: 1_000_000_000,
  description: 'Hundredths of a per cent, at most 10000; or øre without VAT',
  example: 1000,
};
const MAX_USES = { min: 1, max: 1_000_000, nullable: true, description: 'How often in all; null: as often as wanted' };
const PER_PERSON = {
  min: 1,
  max: 1_000,
  nullable: true,
  description: 'How often one person; null: as often as wanted',
};
const FROM = { nullable: true, description: 'null: from now on' };
const UNTIL = { nullable: true, description: 'null: for ever' };
const LEAST = {
  min: 1,
  max: 1_000_000_000,
  nullable: true,
  description: 'Least price in øre, without VAT and before the code',
};
const LISTINGS = { max: 200, description: 'Only for these listings; none: for all of them' };
const GROUPS = { max: 50, length: 63, description: 'Only for these pricing groups; none: for all of them' };

export class DiscountCode {
  @Id()
  id: string;

  @Text({ max: 40, example: 'HOST26' })
  code: string;

  @OneOf(DISCOUNT_KINDS)
  kind: DiscountKind;

  @Whole(VALUE)
  value: number;

  @Whole(MAX_USES)
  maxUses: number | null;

  @Whole(PER_PERSON)
  maxUsesPerPerson: number | null;

  @Whole({ min: 0, description: 'How often it has been used and not been given back' })
  used: number;

  @Instant(FROM)
  validFrom: string | null;

  @Instant(UNTIL)
  validUntil: string | null;

  @Whole(LEAST)
  minimumAmount: number | null;

  @Ids(LISTINGS)
  listingIds: string[];

  @Texts(GROUPS)
  pricingGroups: string[];

  @OneOf(CATALOGUE_STATUSES)
  status: CatalogueStatus;

  @Whole({ min: 1, description: 'Of its terms: being used does not change it' })
  version: number;
}

export class DiscountCodePage extends pageOf(DiscountCode) {}

export class ListDiscountCodes extends PageQuery {
  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'active unless told' })
  status?: CatalogueStatus;
}

export class DiscountCodeId {
  @Id()
  id: string;
}

class DiscountCodeLimits {
  @Whole({ ...MAX_USES, optional: true })
  maxUses?: number | null;

  @Whole({ ...PER_PERSON, optional: true })
  maxUsesPerPerson?: number | null;

  @Instant({ ...FROM, optional: true })
  validFrom?: string | null;

  @Instant({ ...UNTIL, optional: true })
  validUntil?: string | null;

  @Whole({ ...LEAST, optional: true })
  minimumAmount?: number | null;

  @Ids({ ...LISTINGS, optional: true })
  listingIds?: string[];

  @Texts({ ...GROUPS, optional: true })
  pricingGroups?: string[];
}

export class CreateDiscountCode extends DiscountCodeLimits {
  @Text({ min: 3, max: 40, description: 'Capital letters, digits and hyphens', example: 'HOST26' })
  code: string;

  @OneOf(DISCOUNT_KINDS, { example: 'percentage' })
  kind: DiscountKind;

  @Whole(VALUE)
  value: number;
}

export class UpdateDiscountCode extends DiscountCodeLimits {
  @Id()
  id: string;

  @Whole({ ...VALUE, optional: true })
  value?: number;

  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'What is booked keeps its price when a code is retired' })
  status?: CatalogueStatus;
}

export const listDiscountCodes = operation({
  id: 'listDiscountCodes',
  subject: 'discount-code.list.v1',
  summary: 'Discount codes, last made first',
  http: { method: 'GET', path: '/discount-codes' },
  request: ListDiscountCodes,
  response: DiscountCodePage,
  access: permission('digilist.discount-code.read'),
  module: 'digilist.booking',
});

export const getDiscountCode = operation({
  id: 'getDiscountCode',
  subject: 'discount-code.get.v1',
  summary: 'One discount code and how often it has been used',
  http: { method: 'GET', path: '/discount-codes/{id}' },
  request: DiscountCodeId,
  response: DiscountCode,
  access: permission('digilist.discount-code.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createDiscountCode = operation({
  id: 'createDiscountCode',
  subject: 'discount-code.create.v1',
  summary: 'Create a discount code',
  http: { method: 'POST', path: '/discount-codes', status: 201 },
  request: CreateDiscountCode,
  response: DiscountCode,
  access: permission('digilist.discount-code.create'),
  module: 'digilist.booking',
  errors: [DISCOUNT_CODE_TAKEN, DISCOUNT_CODE_RULES_INVALID],
  idempotent: true,
  version: 'answers',
});

export const updateDiscountCode = operation({
  id: 'updateDiscountCode',
  subject: 'discount-code.update.v1',
  summary: 'Change, retire or restore a discount code',
  http: { method: 'PATCH', path: '/discount-codes/{id}' },
  request: UpdateDiscountCode,
  response: DiscountCode,
  access: permission('digilist.discount-code.update'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, STALE_VERSION, DISCOUNT_CODE_RULES_INVALID],
  version: 'required',
});

export const discountCodeOperations = [
  listDiscountCodes,
  getDiscountCode,
  createDiscountCode,
  updateDiscountCode,
] as const;
