import { anybody, holders, Id, OneOf, Text } from '@kit/contracts';
import { event } from './context.js';
import { VERIFICATION_STATUSES, type VerificationStatus } from './organization-verification.js';

export class PricingGroupFact {
  @Id()
  pricingGroupId: string;
}

export class DiscountCodeFact {
  @Id()
  discountCodeId: string;
}

export class VerificationFact {
  @Id()
  verificationId: string;

  @Id()
  orgId: string;

  @Text({ max: 63, description: 'Key of the pricing group' })
  pricingGroup: string;

  @OneOf(VERIFICATION_STATUSES, { description: 'After the fact' })
  status: VerificationStatus;
}

export const pricingGroupCreated = event({
  aggregate: 'pricing_group',
  fact: 'created',
  summary: 'There is a new group of bookers.',
  data: PricingGroupFact,
  audience: () => anybody,
});
export const pricingGroupChanged = event({
  aggregate: 'pricing_group',
  fact: 'changed',
  summary: 'What a group of bookers pays, or who belongs to it, was changed; or it was retired or restored.',
  data: PricingGroupFact,
  audience: () => anybody,
});

const codes = () => holders('digilist.discount-code.read');
export const discountCodeCreated = event({
  aggregate: 'discount_code',
  fact: 'created',
  summary: 'There is a new discount code.',
  data: DiscountCodeFact,
  audience: codes,
});
export const discountCodeChanged = event({
  aggregate: 'discount_code',
  fact: 'changed',
  summary: 'The terms of a discount code were changed; or it was retired or restored.',
  data: DiscountCodeFact,
  audience: codes,
});

const verifications = ({ orgId }: VerificationFact) => [
  ...holders('digilist.organization-verification.read'),
  ...holders('digilist.organization-verification.request', { orgs: [orgId] }),
];
export const verificationRequested = event({
  aggregate: 'organization_verification',
  fact: 'requested',
  summary: 'An organization asks to be verified for a group of bookers.',
  data: VerificationFact,
  audience: verifications,
});
export const verificationDecided = event({
  aggregate: 'organization_verification',
  fact: 'decided',
  summary: 'An organization was verified for a group of bookers, or was not.',
  data: VerificationFact,
  audience: verifications,
});
export const verificationRenewed = event({
  aggregate: 'organization_verification',
  fact: 'renewed',
  summary: 'The register still says of an organization what it was verified by.',
  data: VerificationFact,
  audience: verifications,
});
export const verificationExpired = event({
  aggregate: 'organization_verification',
  fact: 'expired',
  summary: 'An organization is not verified for a group of bookers any more.',
  data: VerificationFact,
  audience: verifications,
});

export const pricingEvents = [
  pricingGroupCreated,
  pricingGroupChanged,
  discountCodeCreated,
  discountCodeChanged,
  verificationRequested,
  verificationDecided,
  verificationRenewed,
  verificationExpired,
] as const;
