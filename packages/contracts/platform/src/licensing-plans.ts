import {
  Flag,
  Id,
  Json,
  ListOf,
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
import { PLAN_UNCHANGED, PLAN_UNKNOWN } from './licensing.errors.js';
import type { Limits } from './products.js';

export const PLAN_STATUSES = ['active', 'retired'] as const;

export type PlanStatus = (typeof PLAN_STATUSES)[number];

export class Plan {
  @Id()
  id: string;

  @Text({ max: 40, example: 'acme' })
  product: string;

  @Text({ max: 60, example: 'basic' })
  key: string;

  @Whole({ min: 1 })
  version: number;

  @Text({ max: 120, example: 'Basic' })
  name: string;

  @Texts({ max: 100, length: 80, example: ['acme.reports'] })
  modules: string[];

  @Json({ description: 'Limit per meter; null is unlimited', example: { 'acme.exports': 1000 } })
  limits: Limits;

  @Whole({ min: 0, description: 'Days in which a former limit still holds after it fell below what is used' })
  graceDays: number;

  @OneOf(PLAN_STATUSES, { description: 'retired: who subscribed keeps it, nobody new gets it' })
  status: PlanStatus;
}

export class PlanPage extends pageOf(Plan) {}

export class ListPlans extends PageQuery {
  @Text({ max: 40, optional: true, description: 'Only plans of this product', example: 'acme' })
  product?: string;

  @OneOf(PLAN_STATUSES, { optional: true, description: 'active unless told' })
  status?: PlanStatus;
}

export class GetPlan {
  @Id()
  id: string;
}

export class PlanRef {
  @Text({ max: 60, example: 'basic' })
  planKey: string;

  @Whole({ min: 1 })
  planVersion: number;
}

export class MigratePlan {
  @Id({ description: 'The plan whose tenants move' })
  id: string;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'Version of the same plan; the newest unless told' })
  toVersion?: number;

  @Flag({ optional: true, description: 'Only tell what would happen' })
  dryRun?: boolean;

  @Whole({
    min: 1,
    max: 200,
    optional: true,
    description: 'Tenants at once, 50 unless told; repeat until none remains',
  })
  limit?: number;
}

export class MovedTenant {
  @Id()
  tenantId: string;

  @Id()
  subscriptionId: string;

  @Texts({ max: 100, length: 80 })
  modulesLost: string[];

  @Texts({ max: 100, length: 80, description: 'Meters of which more is used than the new version allows' })
  overLimit: string[];
}

export class PlanMigration {
  @Id({ nullable: true, description: 'null: only tried' })
  id: string | null;

  @Nested(() => PlanRef)
  from: PlanRef;

  @Nested(() => PlanRef)
  to: PlanRef;

  @ListOf(() => MovedTenant, { max: 200 })
  tenants: MovedTenant[];

  @Whole({ min: 0, description: 'Tenants that are still on the former version' })
  remaining: number;
}

export class RevertPlanMigration {
  @Id({ description: 'The plan whose tenants moved' })
  id: string;

  @Id()
  migrationId: string;
}

export class RevertedPlanMigration {
  @Id()
  id: string;

  @Whole({ min: 0 })
  reverted: number;

  @Whole({ min: 0, description: 'Tenants that have changed their plan since and keep it' })
  kept: number;
}

export const listPlans = operation({
  id: 'listPlans',
  subject: 'plan.list.v1',
  summary: 'List the plans a tenant may subscribe to',
  http: { method: 'GET', path: '/plans' },
  request: ListPlans,
  response: PlanPage,
  access: permission('platform.plan.read'),
});

export const getPlan = operation({
  id: 'getPlan',
  subject: 'plan.get.v1',
  summary: 'Read a version of a plan, a retired one too',
  http: { method: 'GET', path: '/plans/{id}' },
  request: GetPlan,
  response: Plan,
  access: permission('platform.plan.read'),
  errors: [NOT_FOUND],
});

export const migratePlan = operation({
  id: 'migratePlan',
  subject: 'plan.migrate.v1',
  summary: 'Move the tenants of one version of a plan to another version, or only tell what that would mean',
  http: { method: 'POST', path: '/plans/{id}/migrations', query: ['dryRun'] },
  request: MigratePlan,
  response: PlanMigration,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND, PLAN_UNKNOWN, PLAN_UNCHANGED],
  idempotent: true,
});

export const revertPlanMigration = operation({
  id: 'revertPlanMigration',
  subject: 'plan.revert.v1',
  summary: 'Move the tenants of a migration back to the version they had',
  http: { method: 'POST', path: '/plans/{id}/migrations/{migrationId}/revert' },
  request: RevertPlanMigration,
  response: RevertedPlanMigration,
  access: permission('platform.subscription.manage'),
  errors: [NOT_FOUND],
});

export const planOperations = [listPlans, getPlan, migratePlan, revertPlanMigration] as const;
