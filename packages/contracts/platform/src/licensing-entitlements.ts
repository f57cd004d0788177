import {
  Flag,
  Id,
  Instant,
  Json,
  ListOf,
  ListOfOneOf,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  LIMIT_REQUIRED,
  METER_UNKNOWN,
  MODULE_UNKNOWN,
  SUBSCRIPTION_NOT_LIVE,
  VALIDITY_INVALID,
} from './licensing.errors.js';
import type { Limits } from './products.js';

export const ENTITLEMENT_STATUSES = ['active', 'revoked'] as const;

export type EntitlementStatus = (typeof ENTITLEMENT_STATUSES)[number];

export const ENTITLEMENT_SOURCES = ['subscription', 'manual', 'trial'] as const;

export type EntitlementSource = (typeof ENTITLEMENT_SOURCES)[number];

export const LIMIT_LAYERS = ['plan', 'addon', 'grant', 'override'] as const;

/** What decides, from the weakest to the strongest. */
export type LimitLayer = (typeof LIMIT_LAYERS)[number];

/** Layers a module may be added by, beside the plan. */
export const GRANT_LAYERS = ['addon', 'grant'] as const;

export type GrantLayer = (typeof GRANT_LAYERS)[number];

/** Null is unlimited, wherever it stands. */
export class LimitOrigin {
  @Text({ max: 80, example: 'acme.exports' })
  meter: string;

  @Whole({ min: 0, nullable: true, description: 'What the plan says' })
  planValue: number | null;

  @Flag({ description: 'A layer above the plan says otherwise: overrideValue' })
  overridden: boolean;

  @Whole({ min: 0, nullable: true })
  overrideValue: number | null;

  @Whole({ min: 0, nullable: true, description: 'What holds' })
  value: number | null;

  @OneOf(LIMIT_LAYERS)
  source: LimitLayer;

  @Text({ max: 500, nullable: true })
  reason: string | null;

  @Instant({ nullable: true, description: 'When the plan’s value holds again' })
  expiresAt: string | null;
}

export class Entitlement {
  @Id()
  id: string;

  @Text({ max: 80, example: 'acme.reports' })
  moduleKey: string;

  @OneOf(ENTITLEMENT_STATUSES)
  status: EntitlementStatus;

  @Instant()
  validFrom: string;

  @Instant({ nullable: true })
  validUntil: string | null;

  @OneOf(ENTITLEMENT_SOURCES)
  source: EntitlementSource;

  @Json({ description: 'Limit per meter of the module; null is unlimited', example: { 'acme.exports': 1000 } })
  limits: Limits;

  @ListOf(() => LimitOrigin, { max: 100, description: 'Where each limit comes from' })
  origins: LimitOrigin[];

  @ListOfOneOf(LIMIT_LAYERS, { description: 'Every layer that gives the module now, the lowest first' })
  layers: LimitLayer[];

  @Whole({ min: 1 })
  version: number;
}

export class EntitlementPage extends pageOf(Entitlement) {}

export class PutEntitlement {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 3, max: 80, example: 'acme.reports' })
  moduleKey: string;

  @OneOf(GRANT_LAYERS, { optional: true, description: 'grant unless told' })
  layer?: GrantLayer;

  @Instant({ optional: true, description: 'Now unless told' })
  validFrom?: string;

  @Instant({ optional: true, nullable: true })
  validUntil?: string | null;

  @Text({ min: 1, max: 500, example: 'Pilot until the summer' })
  reason: string;

  @Json({
    optional: true,
    description: 'Limits of the module’s meters; each that the plan does not give is needed. null is unlimited',
    example: { 'acme.exports': 100 },
  })
  limits?: Limits;
}

export class DeleteEntitlement {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 3, max: 80, example: 'acme.reports' })
  moduleKey: string;

  @OneOf(GRANT_LAYERS, { optional: true, description: 'grant unless told' })
  layer?: GrantLayer;
}

export class OfLimit {
  @Id({ description: 'The tenant' })
  id: string;

  @Text({ min: 3, max: 80, example: 'acme.exports' })
  meter: string;
}

export class PutLimitOverride extends OfLimit {
  @Whole({ min: 0, nullable: true, description: 'null is unlimited' })
  value: number | null;

  @Text({ min: 1, max: 500, example: 'Agreed for the elections' })
  reason: string;

  @Instant({ optional: true, nullable: true })
  expiresAt?: string | null;
}

export const listEntitlements = operation({
  id: 'listEntitlements',
  subject: 'entitlement.list.v1',
  summary: 'List what the licence of the tenant includes',
  http: { method: 'GET', path: '/entitlements' },
  request: PageQuery,
  response: EntitlementPage,
  access: permission('platform.entitlement.read'),
});

export const putEntitlement = operation({
  id: 'putEntitlement',
  subject: 'entitlement.put.v1',
  summary: 'Give a tenant a module beside its plan',
  http: { method: 'PUT', path: '/tenants/{id}/entitlements/{moduleKey}' },
  request: PutEntitlement,
  response: Entitlement,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND, MODULE_UNKNOWN, METER_UNKNOWN, LIMIT_REQUIRED, VALIDITY_INVALID, SUBSCRIPTION_NOT_LIVE],
  version: 'answers',
});

export const deleteEntitlement = operation({
  id: 'deleteEntitlement',
  subject: 'entitlement.delete.v1',
  summary: 'Take back a module that was given beside the plan',
  http: { method: 'DELETE', path: '/tenants/{id}/entitlements/{moduleKey}', status: 204 },
  request: DeleteEntitlement,
  response: null,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND],
});

export const putLimitOverride = operation({
  id: 'putLimitOverride',
  subject: 'limit.put.v1',
  summary: 'Let another limit hold for a tenant than its plan says',
  http: { method: 'PUT', path: '/tenants/{id}/limits/{meter}' },
  request: PutLimitOverride,
  response: LimitOrigin,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND, METER_UNKNOWN, VALIDITY_INVALID],
});

export const deleteLimitOverride = operation({
  id: 'deleteLimitOverride',
  subject: 'limit.delete.v1',
  summary: 'Let the limit of the plan hold again',
  http: { method: 'DELETE', path: '/tenants/{id}/limits/{meter}', status: 204 },
  request: OfLimit,
  response: null,
  access: permission('platform.entitlement.manage'),
  errors: [NOT_FOUND],
});

export const entitlementOperations = [
  listEntitlements,
  putEntitlement,
  deleteEntitlement,
  putLimitOverride,
  deleteLimitOverride,
] as const;
