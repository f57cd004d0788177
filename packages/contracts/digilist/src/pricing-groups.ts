import {
  anonymous,
  Flag,
  Id,
  ListOf,
  ListOfOneOf,
  Nested,
  NOT_FOUND,
  OneOf,
  permission,
  Slug,
  STALE_VERSION,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { ORGANIZATION_KINDS, type OrganizationKind } from '@platform/contracts';
import { CATALOGUE_STATUSES, type CatalogueStatus } from './categories.js';
import { operation } from './context.js';
import { LocalizedName } from './listings.text.js';
import {
  PRICING_GROUP_INVALID,
  PRICING_GROUP_KEY_TAKEN,
  PRICING_GROUP_UNCHANGEABLE,
  PRICING_GROUPS_FULL,
} from './pricing.errors.js';
import { PRICES_ARE_PUBLIC } from './pricing.js';

/** How many groups a tenant may have, retired ones included. */
export const MAX_PRICING_GROUPS = 50;

export const GROUP_VERIFICATIONS = ['none', 'organization_kind', 'verified'] as const;
/**
 * What it takes to pay what a group pays. `none`: to name it. `organization_kind`: to book for an organization of one of
 * its kinds. `verified`: the municipality has moreover verified that this organization belongs to it.
 */
export type GroupVerification = (typeof GROUP_VERIFICATIONS)[number];

const PERCENTAGE = {
  min: -10_000,
  max: 10_000,
  description: 'Hundredths of a per cent that come off the price; negative: that are added to it',
  example: 3000,
};
const VERIFICATION = {
  description:
    'none: anybody may name it. organization_kind: only on behalf of an organization of the kinds below. ' +
    'verified: moreover the organization has been verified for it',
  example: 'verified',
};
const KINDS = { description: 'Kinds of organizations it is meant for', example: ['association'] };
const EXEMPT = { description: 'Its bookings are without VAT' };

export class PricingGroup {
  @Id()
  id: string;

  @Text({ max: 63, example: 'sports_club' })
  key: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Whole(PERCENTAGE)
  discountBasisPoints: number;

  @Flag(EXEMPT)
  vatExempt: boolean;

  @OneOf(GROUP_VERIFICATIONS, VERIFICATION)
  verification: GroupVerification;

  @Texts({ max: 20, length: 60, ...KINDS })
  organizationKinds: string[];

  @Whole({ min: 0, description: 'Order in lists' })
  position: number;

  @OneOf(CATALOGUE_STATUSES)
  status: CatalogueStatus;

  @Whole({ min: 1 })
  version: number;
}

export class PricingGroupList {
  @ListOf(() => PricingGroup)
  data: PricingGroup[];
}

export class ListPricingGroups {
  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'active unless told' })
  status?: CatalogueStatus;
}

export class PricingGroupId {
  @Id()
  id: string;
}

export class CreatePricingGroup {
  @Slug({ description: 'How bookings name it; it never changes', example: 'senior-center' })
  key: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Whole({ ...PERCENTAGE, optional: true })
  discountBasisPoints?: number;

  @Flag({ ...EXEMPT, optional: true })
  vatExempt?: boolean;

  @OneOf(GROUP_VERIFICATIONS, { ...VERIFICATION, optional: true })
  verification?: GroupVerification;

  @ListOfOneOf(ORGANIZATION_KINDS, { ...KINDS, optional: true })
  organizationKinds?: OrganizationKind[];

  @Whole({ min: 0, max: 10_000, optional: true })
  position?: number;
}

export class UpdatePricingGroup {
  @Id()
  id: string;

  @Nested(() => LocalizedName, { optional: true })
  name?: LocalizedName;

  @Whole({ ...PERCENTAGE, optional: true })
  discountBasisPoints?: number;

  @Flag({ ...EXEMPT, optional: true })
  vatExempt?: boolean;

  @OneOf(GROUP_VERIFICATIONS, { ...VERIFICATION, optional: true })
  verification?: GroupVerification;

  @ListOfOneOf(ORGANIZATION_KINDS, { ...KINDS, optional: true })
  organizationKinds?: OrganizationKind[];

  @Whole({ min: 0, max: 10_000, optional: true })
  position?: number;

  @OneOf(CATALOGUE_STATUSES, { optional: true, description: 'What is booked keeps its price when a group is retired' })
  status?: CatalogueStatus;
}

export const listPricingGroups = operation({
  id: 'listPricingGroups',
  subject: 'pricing-group.list.v1',
  summary: 'Groups of bookers and what each pays',
  http: { method: 'GET', path: '/pricing-groups' },
  request: ListPricingGroups,
  response: PricingGroupList,
  access: anonymous(PRICES_ARE_PUBLIC),
  module: 'digilist.listings',
});

export const getPricingGroup = operation({
  id: 'getPricingGroup',
  subject: 'pricing-group.get.v1',
  summary: 'One group of bookers',
  http: { method: 'GET', path: '/pricing-groups/{id}' },
  request: PricingGroupId,
  response: PricingGroup,
  access: anonymous(PRICES_ARE_PUBLIC),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const createPricingGroup = operation({
  id: 'createPricingGroup',
  subject: 'pricing-group.create.v1',
  summary: 'Create a group of bookers',
  http: { method: 'POST', path: '/pricing-groups', status: 201 },
  request: CreatePricingGroup,
  response: PricingGroup,
  access: permission('digilist.pricing-group.create'),
  module: 'digilist.listings',
  errors: [PRICING_GROUP_INVALID, PRICING_GROUP_KEY_TAKEN, PRICING_GROUPS_FULL],
  idempotent: true,
  version: 'answers',
});

export const updatePricingGroup = operation({
  id: 'updatePricingGroup',
  subject: 'pricing-group.update.v1',
  summary: 'Change, retire or restore a group of bookers',
  http: { method: 'PATCH', path: '/pricing-groups/{id}' },
  request: UpdatePricingGroup,
  response: PricingGroup,
  access: permission('digilist.pricing-group.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, PRICING_GROUP_INVALID, PRICING_GROUP_UNCHANGEABLE],
  version: 'required',
});

export const pricingGroupOperations = [
  listPricingGroups,
  getPricingGroup,
  createPricingGroup,
  updatePricingGroup,
] as const;
