import {
  Flag,
  Id,
  Instant,
  ListOf,
  LocalDate,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  FLAG_CHANGE_CLOSED,
  FLAG_CHANGE_CONFLICT,
  FLAG_CHANGE_NEEDS_APPROVAL,
  FLAG_CHANGE_OWN,
  FLAG_INVALID,
  FLAG_KEY_TAKEN,
} from './flags.errors.js';
import { FLAG_PURPOSES, FlagCondition, FlagDefinition, type FlagPurpose } from './flags-definition.js';
import { evaluateFlag, evaluateFlags, evaluateProductFlags } from './flags-evaluation.js';

export * from './flags-definition.js';
export * from './flags-evaluation.js';

export class FeatureFlag {
  @Text({ max: 120, description: '<product>.<flag>, or platform.<flag>', example: 'acme.new-search' })
  key: string;

  @Text({ max: 500 })
  description: string;

  @OneOf(FLAG_PURPOSES)
  purpose: FlagPurpose;

  @Text({ max: 120, description: 'Who answers for it', example: 'search team' })
  owner: string;

  @LocalDate({ nullable: true, description: 'When it should be gone' })
  expectedEnd: string | null;

  @Flag({ description: 'May be read without the permission to evaluate; its rules never are' })
  clientExposed: boolean;

  @Nested(() => FlagDefinition)
  definition: FlagDefinition;

  @OneOf(['active', 'archived'])
  status: 'active' | 'archived';

  @Instant({ nullable: true })
  lastEvaluatedAt: string | null;

  @Texts({ max: 10, description: 'Why it looks like one to remove; empty when it does not' })
  stale: string[];

  @Whole({ min: 1 })
  version: number;
}

export class FeatureFlagPage extends pageOf(FeatureFlag) {}

export class FlagKey {
  @Text({ min: 3, max: 120, example: 'acme.new-search' })
  key: string;
}

export class ListFlags extends PageQuery {
  @Text({ min: 2, max: 40, optional: true, example: 'acme' })
  product?: string;

  @OneOf(['active', 'archived'], { optional: true })
  status?: 'active' | 'archived';

  @Flag({ optional: true, description: 'Only those that look like ones to remove' })
  stale?: boolean;
}

export class CreateFlag {
  @Text({ min: 3, max: 120, example: 'acme.new-search' })
  key: string;

  @Text({ min: 1, max: 500, example: 'The new search' })
  description: string;

  @OneOf(FLAG_PURPOSES, { example: 'release' })
  purpose: FlagPurpose;

  @Text({ min: 1, max: 120, example: 'search team' })
  owner: string;

  @LocalDate({ optional: true })
  expectedEnd?: string;

  @Flag({ optional: true })
  clientExposed?: boolean;

  @Nested(() => FlagDefinition)
  definition: FlagDefinition;
}

export class UpdateFlag {
  @Text({ min: 3, max: 120, example: 'acme.new-search' })
  key: string;

  @Text({ min: 1, max: 500, optional: true })
  description?: string;

  @Text({ min: 1, max: 120, optional: true })
  owner?: string;

  @LocalDate({ optional: true, nullable: true })
  expectedEnd?: string | null;

  @Flag({ optional: true })
  clientExposed?: boolean;

  @OneOf(['active', 'archived'], { optional: true })
  status?: 'active' | 'archived';

  @Nested(() => FlagDefinition, { optional: true })
  definition?: FlagDefinition;
}

export class FlagVersion {
  @Whole({ min: 1 })
  version: number;

  @Nested(() => FlagDefinition)
  definition: FlagDefinition;

  @Id()
  changedBy: string;

  @Instant()
  changedAt: string;
}

export class FlagVersionPage extends pageOf(FlagVersion) {}

export class ListFlagVersions extends PageQuery {
  @Text({ min: 3, max: 120, example: 'acme.new-search' })
  key: string;
}

export class RevertFlag {
  @Text({ min: 3, max: 120, example: 'acme.new-search' })
  key: string;

  @Whole({ min: 1, description: 'The version whose definition comes back' })
  toVersion: number;
}

export const FLAG_CHANGE_STATUSES = ['proposed', 'approved', 'applied', 'rejected'] as const;
export type FlagChangeStatus = (typeof FLAG_CHANGE_STATUSES)[number];

export class FlagChange {
  @Id()
  id: string;

  @Text({ max: 120, example: 'acme.new-search' })
  key: string;

  @Whole({ min: 1, description: 'Version of the flag it was proposed for' })
  baseVersion: number;

  @Nested(() => FlagDefinition)
  definition: FlagDefinition;

  @Instant({ nullable: true, description: 'Not before; null: as soon as it is approved' })
  applyAt: string | null;

  @OneOf(FLAG_CHANGE_STATUSES)
  status: FlagChangeStatus;

  @Id()
  proposedBy: string;

  @Whole({ min: 0, description: 'Approvals it has' })
  approvals: number;

  @Whole({ min: 1 })
  version: number;
}

export class FlagChangePage extends pageOf(FlagChange) {}

export class ProposeFlagChange {
  @Text({ min: 3, max: 120, example: 'acme.new-search' })
  key: string;

  @Nested(() => FlagDefinition)
  definition: FlagDefinition;

  @Whole({ min: 1, description: 'Version of the flag you have read' })
  baseVersion: number;

  @Instant({ optional: true })
  applyAt?: string;
}

export class ListFlagChanges extends PageQuery {
  @OneOf(FLAG_CHANGE_STATUSES, { optional: true })
  status?: FlagChangeStatus;
}

export class DecideFlagChange {
  @Id()
  id: string;

  @OneOf(['approve', 'reject'])
  decision: 'approve' | 'reject';
}

export class FlagSegment {
  @Text({ max: 120, example: 'acme.pilots' })
  key: string;

  @Text({ max: 500, example: 'Tenants that try things first' })
  description: string;

  @ListOf(() => FlagCondition, { max: 50, description: 'All must hold' })
  when: FlagCondition[];

  @Whole({ min: 1 })
  version: number;
}

export class FlagSegmentPage extends pageOf(FlagSegment) {}

export class PutFlagSegment {
  @Text({ min: 3, max: 120, example: 'acme.pilots' })
  key: string;

  @Text({ min: 1, max: 500 })
  description: string;

  @ListOf(() => FlagCondition, { max: 50 })
  when: FlagCondition[];
}

const manage = permission('platform.feature-flag.manage');

const read = permission('platform.feature-flag.read');

export const createFeatureFlag = operation({
  id: 'createFeatureFlag',
  subject: 'feature-flag.create.v1',
  summary: 'Create a feature flag',
  http: { method: 'POST', path: '/feature-flags', status: 201 },
  request: CreateFlag,
  response: FeatureFlag,
  access: manage,
  errors: [FLAG_KEY_TAKEN, FLAG_INVALID],
  idempotent: true,
  version: 'answers',
});

export const listFeatureFlags = operation({
  id: 'listFeatureFlags',
  subject: 'feature-flag.list.v1',
  summary: 'List feature flags, by key',
  http: { method: 'GET', path: '/feature-flags' },
  request: ListFlags,
  response: FeatureFlagPage,
  access: read,
});

export const getFeatureFlag = operation({
  id: 'getFeatureFlag',
  subject: 'feature-flag.get.v1',
  summary: 'Read a feature flag',
  http: { method: 'GET', path: '/feature-flags/{key}' },
  request: FlagKey,
  response: FeatureFlag,
  access: read,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateFeatureFlag = operation({
  id: 'updateFeatureFlag',
  subject: 'feature-flag.update.v1',
  summary: 'Change or archive a feature flag',
  http: { method: 'PATCH', path: '/feature-flags/{key}' },
  request: UpdateFlag,
  response: FeatureFlag,
  access: manage,
  errors: [NOT_FOUND, FLAG_INVALID, FLAG_CHANGE_NEEDS_APPROVAL],
  version: 'required',
});

export const listFeatureFlagVersions = operation({
  id: 'listFeatureFlagVersions',
  subject: 'feature-flag.list-versions.v1',
  summary: 'What a feature flag was before, newest first',
  http: { method: 'GET', path: '/feature-flags/{key}/versions' },
  request: ListFlagVersions,
  response: FlagVersionPage,
  access: read,
  errors: [NOT_FOUND],
});

export const revertFeatureFlag = operation({
  id: 'revertFeatureFlag',
  subject: 'feature-flag.revert.v1',
  summary: 'Bring back an earlier definition of a feature flag',
  http: { method: 'POST', path: '/feature-flags/{key}/revert' },
  request: RevertFlag,
  response: FeatureFlag,
  access: manage,
  errors: [NOT_FOUND, FLAG_INVALID, FLAG_CHANGE_NEEDS_APPROVAL],
  idempotent: true,
  version: 'answers',
});

export const proposeFlagChange = operation({
  id: 'proposeFlagChange',
  subject: 'flag-change.propose.v1',
  summary: 'Propose a change that others must approve',
  http: { method: 'POST', path: '/feature-flags/{key}/changes', status: 201 },
  request: ProposeFlagChange,
  response: FlagChange,
  access: manage,
  errors: [NOT_FOUND, FLAG_INVALID, FLAG_CHANGE_CONFLICT],
  idempotent: true,
  version: 'answers',
});

export const listFlagChanges = operation({
  id: 'listFlagChanges',
  subject: 'flag-change.list.v1',
  summary: 'List proposed changes of feature flags, newest first',
  http: { method: 'GET', path: '/flag-changes' },
  request: ListFlagChanges,
  response: FlagChangePage,
  access: read,
});

export const decideFlagChange = operation({
  id: 'decideFlagChange',
  subject: 'flag-change.decide.v1',
  summary: "Approve or reject somebody else's change",
  http: { method: 'POST', path: '/flag-changes/{id}/decide' },
  request: DecideFlagChange,
  response: FlagChange,
  access: manage,
  errors: [NOT_FOUND, FLAG_CHANGE_CLOSED, FLAG_CHANGE_OWN, FLAG_CHANGE_CONFLICT],
  idempotent: true,
  version: 'answers',
});

export const putFlagSegment = operation({
  id: 'putFlagSegment',
  subject: 'flag-segment.put.v1',
  summary: 'Say who is in a segment',
  http: { method: 'POST', path: '/flag-segments' },
  request: PutFlagSegment,
  response: FlagSegment,
  access: manage,
  errors: [FLAG_INVALID],
  idempotent: true,
  version: 'answers',
});

export const listFlagSegments = operation({
  id: 'listFlagSegments',
  subject: 'flag-segment.list.v1',
  summary: 'List segments, by key',
  http: { method: 'GET', path: '/flag-segments' },
  request: PageQuery,
  response: FlagSegmentPage,
  access: read,
});

export const flagsOperations = [
  createFeatureFlag,
  listFeatureFlags,
  getFeatureFlag,
  updateFeatureFlag,
  listFeatureFlagVersions,
  revertFeatureFlag,
  proposeFlagChange,
  listFlagChanges,
  decideFlagChange,
  putFlagSegment,
  listFlagSegments,
  evaluateFlag,
  evaluateFlags,
  evaluateProductFlags,
];
