import {
  Flag,
  Id,
  Instant,
  Nested,
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
import { operation } from './context.js';
import {
  PRICING_GROUP_UNKNOWN,
  PRICING_GROUP_UNVERIFIABLE,
  VERIFICATION_DECIDED,
  VERIFICATION_EXISTS,
} from './pricing.errors.js';

export const VERIFICATION_STATUSES = ['requested', 'verified', 'rejected', 'expired'] as const;
export type VerificationStatus = (typeof VERIFICATION_STATUSES)[number];

/** Why it stands as it does; `person` means that somebody decided and said why. */
export const VERIFICATION_REASONS = [
  'register_confirms',
  'not_in_register',
  'deleted_in_register',
  'person',
  'needs_a_person',
  'no_organization_number',
  'invalid_organization_number',
  'name_differs',
  'in_liquidation',
  'register_away',
  'ran_out',
] as const;
export type VerificationReason = (typeof VERIFICATION_REASONS)[number];

/** What the register of organizations says. */
export class RegisterEvidence {
  @Text({ max: 500, example: 'FJORDVIK IDRETTSLAG' })
  name: string;

  @Text({ max: 20, description: 'Code of the kind of organization', example: 'FLI' })
  form: string;

  @Texts({ max: 3, length: 20, description: 'Codes of what it does, the main one first', example: ['93.120'] })
  industries: string[];

  @Flag({ description: 'Bankrupt, or being wound up' })
  inLiquidation: boolean;

  @Instant({ description: 'When the register was asked' })
  checkedAt: string;
}

export class OrganizationVerification {
  @Id()
  id: string;

  @Id()
  orgId: string;

  @Text({ max: 63, description: 'Key of the pricing group', example: 'sports_club' })
  pricingGroup: string;

  @OneOf(VERIFICATION_STATUSES, { example: 'verified' })
  status: VerificationStatus;

  @OneOf(VERIFICATION_REASONS, { example: 'register_confirms' })
  reason: VerificationReason;

  @Text({ max: 1000, nullable: true, description: 'What whoever decided wrote' })
  remark: string | null;

  @Text({ max: 9, nullable: true, example: '974760673' })
  organizationNumber: string | null;

  @Nested(() => RegisterEvidence, { nullable: true })
  evidence: RegisterEvidence | null;

  @Instant({ nullable: true, description: 'It is looked at again before; after it the group is refused' })
  validUntil: string | null;

  @Instant({ nullable: true })
  decidedAt: string | null;

  @Id({ nullable: true, description: 'Who decided; null: nobody did, or the facts of the register' })
  decidedBy: string | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class OrganizationVerificationPage extends pageOf(OrganizationVerification) {}

export class RequestVerification {
  @Id({ description: 'The organization' })
  id: string;

  @Text({ min: 1, max: 63, description: 'Key of the pricing group it belongs to', example: 'sports_club' })
  pricingGroup: string;
}

export class ListVerifications extends PageQuery {
  @OneOf(VERIFICATION_STATUSES, { optional: true, description: 'requested: the queue' })
  status?: VerificationStatus;

  @Id({ optional: true })
  orgId?: string;
}

export class ListOrganizationVerifications extends PageQuery {
  @Id({ description: 'The organization' })
  id: string;
}

export class VerificationId {
  @Id()
  id: string;
}

export const VERIFICATION_DECISIONS = ['verified', 'rejected'] as const;
export type VerificationDecision = (typeof VERIFICATION_DECISIONS)[number];

export class DecideVerification extends VerificationId {
  @OneOf(VERIFICATION_DECISIONS)
  decision: VerificationDecision;

  @Text({ min: 3, max: 1000, description: 'Why; the organization reads it', example: 'Vedtekter er sett' })
  remark: string;

  @Instant({ optional: true, description: 'A year from now unless told' })
  validUntil?: string;
}

export const requestVerification = operation({
  id: 'requestVerification',
  subject: 'organization-verification.request.v1',
  summary: 'Ask that an organization be verified for a pricing group',
  http: { method: 'POST', path: '/organizations/{id}/verifications', status: 201 },
  request: RequestVerification,
  response: OrganizationVerification,
  access: permission('digilist.organization-verification.request'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, PRICING_GROUP_UNKNOWN, PRICING_GROUP_UNVERIFIABLE, VERIFICATION_EXISTS],
  idempotent: true,
  version: 'answers',
});

export const listOrganizationVerifications = operation({
  id: 'listOrganizationVerifications',
  subject: 'organization-verification.of-organization.v1',
  summary: 'How an organization is verified, last asked for first',
  http: { method: 'GET', path: '/organizations/{id}/verifications' },
  request: ListOrganizationVerifications,
  response: OrganizationVerificationPage,
  access: permission('digilist.organization-verification.request'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
});

export const listVerifications = operation({
  id: 'listVerifications',
  subject: 'organization-verification.list.v1',
  summary: 'Verifications of organizations; those that wait for a decision with status=requested',
  http: { method: 'GET', path: '/organization-verifications' },
  request: ListVerifications,
  response: OrganizationVerificationPage,
  access: permission('digilist.organization-verification.read'),
  module: 'digilist.booking',
});

export const getVerification = operation({
  id: 'getVerification',
  subject: 'organization-verification.get.v1',
  summary: 'One verification, with what the register says',
  http: { method: 'GET', path: '/organization-verifications/{id}' },
  request: VerificationId,
  response: OrganizationVerification,
  access: permission('digilist.organization-verification.read'),
  module: 'digilist.booking',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const decideVerification = operation({
  id: 'decideVerification',
  subject: 'organization-verification.decide.v1',
  summary: 'Verify an organization for a pricing group, refuse it, or take it back',
  http: { method: 'POST', path: '/organization-verifications/{id}/decide' },
  request: DecideVerification,
  response: OrganizationVerification,
  access: permission('digilist.organization-verification.decide'),
  module: 'digilist.booking',
  errors: [NOT_FOUND, STALE_VERSION, VERIFICATION_DECIDED],
  idempotent: true,
  version: 'answers',
});

export const verificationOperations = [
  requestVerification,
  listOrganizationVerifications,
  listVerifications,
  getVerification,
  decideVerification,
] as const;
