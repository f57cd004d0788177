import {
  Flag,
  Id,
  Ids,
  Instant,
  internal,
  Json,
  ListOf,
  Nested,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { CONSENT_PURPOSE_IMMUTABLE } from './privacy.errors.js';
import { MANIFEST_CONFLICT, PLAN_VERSION_IMMUTABLE, PRODUCT_MISMATCH } from './products.errors.js';

export const GRANT_SCOPES = ['saas', 'tenant', 'org', 'user'] as const;
/** Where a grant holds. `user`: only for rows of the holder. Each scope is narrower than the one before. */
export type GrantScope = (typeof GRANT_SCOPES)[number];

export const METER_PERIODS = ['total', 'day', 'month', 'year'] as const;
/** How often a meter starts again at zero; `total` never does (seats, stored things). */
export type MeterPeriod = (typeof METER_PERIODS)[number];

/** Limit per meter; null is unlimited. */
export type Limits = Record<string, number | null>;

export class LocalizedText {
  @Text({ min: 1, max: 500, example: 'Lese rapporter' })
  nb: string;

  @Text({ min: 1, max: 500, example: 'Lese rapportar' })
  nn: string;

  @Text({ min: 1, max: 500, example: 'Read reports' })
  en: string;
}

export class PermissionDefinition {
  @Text({ min: 5, max: 120, description: '<product>.<resource>.<action>', example: 'acme.report.read' })
  key: string;

  @Nested(() => LocalizedText)
  text: LocalizedText;
}

export class RoleTemplateDefinition {
  @Text({ min: 2, max: 60, description: 'snake_case; unique among all products', example: 'report_editor' })
  key: string;

  @Text({ min: 1, max: 120, example: 'Report Editor' })
  name: string;

  @OneOf(GRANT_SCOPES, { description: 'The widest scope the role may be granted at', example: 'org' })
  scope: GrantScope;

  @Texts({
    max: 200,
    length: 120,
    description: 'Patterns within the own product; each part may be *',
    example: ['acme.report.*'],
  })
  permissions: string[];
}

/** What a product adds to a role template that PLATFORM itself brings, e.g. `tenant_administrator`. */
export class RoleExtensionDefinition {
  @Text({ min: 2, max: 60, example: 'tenant_administrator' })
  key: string;

  @Texts({ max: 200, length: 120, description: 'Patterns within the own product', example: ['acme.*.*'] })
  permissions: string[];
}

export const OUTAGE_POLICIES = ['open', 'closed'] as const;
/** What a product does about a module when PLATFORM cannot be asked: go on and count later, or wait. */
export type OutagePolicy = (typeof OUTAGE_POLICIES)[number];

export class ModuleDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<module>', example: 'acme.reports' })
  key: string;

  @Text({ min: 1, max: 120, example: 'Reports' })
  name: string;

  @OneOf(OUTAGE_POLICIES, {
    optional: true,
    description: 'When PLATFORM cannot be asked: open goes on and counts later, closed (unless told) waits',
  })
  onOutage?: OutagePolicy;
}

export class MeterDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<meter>', example: 'acme.exports' })
  key: string;

  @Text({ min: 1, max: 120, example: 'Exports' })
  name: string;

  @Text({ min: 3, max: 80, description: 'Module whose entitlement carries the limit', example: 'acme.reports' })
  module: string;

  @OneOf(METER_PERIODS, { example: 'month' })
  period: MeterPeriod;

  @Flag({
    optional: true,
    description:
      'Counts the people of a tenant, the invited ones included: it bounds the one counter of seats that PLATFORM keeps. Its period is `total`',
  })
  seats?: boolean;
}

/** A version of a plan never changes once it is registered; a new offer is a new version. */
export class PlanTemplateDefinition {
  @Text({ min: 2, max: 60, description: 'Unique within the product', example: 'basic' })
  key: string;

  @Whole({ min: 1, max: 100_000, example: 1 })
  version: number;

  @Text({ min: 1, max: 120, example: 'Basic' })
  name: string;

  @Texts({ max: 100, length: 80, example: ['acme.reports'] })
  modules: string[];

  @Json({
    description: 'One entry for each meter of the modules; null is unlimited',
    example: { 'acme.exports': 1000 },
  })
  limits: Limits;

  @Json({
    optional: true,
    description: 'What holds under this plan where the tenant sets nothing itself, by setting',
    example: { 'acme.page-size': 50 },
  })
  settings?: Record<string, unknown>;

  @Whole({
    min: 0,
    max: 365,
    optional: true,
    description: 'Days after a limit fell below what is used in which the former one still holds; none unless told',
  })
  graceDays?: number;
}

/** Where the audit records of a product lie, and the durable consumer prepared for PLATFORM on it. */
export class AuditStreamDefinition {
  @Text({ min: 1, max: 80, example: 'ACME_EVENTS' })
  stream: string;

  @Text({ min: 1, max: 80, example: 'platform_audit' })
  durable: string;
}

/** Where the facts of a product lie that leave it as webhooks, and the durable consumer prepared for PLATFORM on it. */
export class EventStreamDefinition extends AuditStreamDefinition {}

export const LEGAL_BASES = [
  'consent',
  'contract',
  'legal_obligation',
  'vital_interests',
  'public_task',
  'legitimate_interests',
] as const;
/** GDPR article 6 (1), in its order. */
export type LegalBasis = (typeof LEGAL_BASES)[number];

export class LocalizedNotice {
  @Text({ min: 1, max: 8000 })
  nb: string;

  @Text({ min: 1, max: 8000 })
  nn: string;

  @Text({ min: 1, max: 8000 })
  en: string;
}

/** What people may consent to. Another notice is another version; a version never changes. */
export class ConsentPurposeDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<purpose>', example: 'acme.newsletter' })
  key: string;

  @Whole({ min: 1, max: 100_000, example: 1 })
  version: number;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Nested(() => LocalizedNotice)
  notice: LocalizedNotice;

  @Flag({ description: 'true: consents to earlier versions no longer count', optional: true })
  renews?: boolean;
}

/** A kind of personal data the product keeps: the record of processing (article 30) is made of these. */
export class PersonalDataDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<category>', example: 'acme.reports' })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @OneOf(LEGAL_BASES, { example: 'public_task' })
  legalBasis: LegalBasis;

  @Text({ min: 1, max: 200, description: 'How long it is kept, in words', example: '5 years (bookkeeping act § 13)' })
  retention: string;
}

export const SETTING_SCOPES = ['tenant', 'org', 'user'] as const;
/** The narrowest layer that may set a setting. */
export type SettingScope = (typeof SETTING_SCOPES)[number];

/** A setting that tenants may make, typed by a JSON Schema (draft 2020-12). */
export class SettingDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<setting>', example: 'acme.page-size' })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Json({ description: 'JSON Schema of the value', example: { type: 'integer', minimum: 1, maximum: 100 } })
  schema: object;

  @Json({ description: '{ "value": … }: what holds where nobody set anything', example: { value: 20 } })
  default: { value: unknown };

  @OneOf(SETTING_SCOPES, { optional: true, description: 'The narrowest layer that may set it; tenant unless told' })
  scope?: SettingScope;
}

/** A value that whoever runs the system may set, for all, for this product or for one tenant. */
export class SystemConfigDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<config>', example: 'acme.retry-seconds' })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Json({ description: 'JSON Schema of the value', example: { type: 'integer', minimum: 1 } })
  schema: object;

  @Json({ description: '{ "value": … }: what holds where nobody set anything', example: { value: 30 } })
  default: { value: unknown };

  @Flag({ optional: true, description: 'true: text that is stored sealed and never read back' })
  secret?: boolean;
}

/** An event that may leave as a webhook. */
export class WebhookEventDefinition {
  @Text({ min: 3, max: 120, description: 'CloudEvents type', example: 'acme.report.published.v1' })
  type: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Json({ description: 'JSON Schema of `data`' })
  schema: object;

  @Json({ description: 'An example of `data`' })
  example: object;

  @Text({ min: 3, max: 80, optional: true, description: 'Module that must be entitled', example: 'acme.reports' })
  module?: string;
}

/** A kind of connection to another system that a tenant may configure. */
export class IntegrationDefinition {
  @Text({ min: 3, max: 80, description: '<product>.<kind>', example: 'acme.archive' })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Json({ description: 'JSON Schema of the configuration; `"x-secret": true` marks text that is never read back' })
  schema: object;

  @Text({ min: 1, max: 60, optional: true, description: 'Property of the configuration that holds the URL to test' })
  testUrl?: string;
}

/** Everything PLATFORM needs to know about a product. A new product is a manifest, not a change of PLATFORM. */
export class ProductManifest {
  @Text({ min: 2, max: 40, description: 'One lower-case word; prefix of all its keys', example: 'acme' })
  key: string;

  @Text({ min: 1, max: 120, example: 'Acme Reports' })
  name: string;

  @ListOf(() => PermissionDefinition, { max: 1000 })
  permissions: PermissionDefinition[];

  @ListOf(() => RoleTemplateDefinition, { max: 100 })
  roleTemplates: RoleTemplateDefinition[];

  @ListOf(() => RoleExtensionDefinition, { max: 20, optional: true })
  roleExtensions?: RoleExtensionDefinition[];

  @ListOf(() => PlanTemplateDefinition, { max: 200 })
  planTemplates: PlanTemplateDefinition[];

  @ListOf(() => ModuleDefinition, { max: 100 })
  modules: ModuleDefinition[];

  @ListOf(() => MeterDefinition, { max: 100 })
  meters: MeterDefinition[];

  @Texts({
    max: 500,
    length: 120,
    description: 'CloudEvents types the product publishes',
    example: ['acme.report.published.v1'],
  })
  eventTypes: string[];

  @Nested(() => AuditStreamDefinition, { optional: true })
  auditStream?: AuditStreamDefinition;

  @Nested(() => EventStreamDefinition, { optional: true })
  eventStream?: EventStreamDefinition;

  @ListOf(() => WebhookEventDefinition, { max: 200, optional: true })
  webhookEvents?: WebhookEventDefinition[];

  @ListOf(() => ConsentPurposeDefinition, { max: 100, optional: true })
  consentPurposes?: ConsentPurposeDefinition[];

  @ListOf(() => PersonalDataDefinition, {
    max: 100,
    optional: true,
    description: 'Given: the product answers requests of data subjects, and none completes without it',
  })
  personalData?: PersonalDataDefinition[];

  @ListOf(() => SettingDefinition, { max: 200, optional: true })
  settings?: SettingDefinition[];

  @ListOf(() => SystemConfigDefinition, { max: 200, optional: true })
  systemConfigs?: SystemConfigDefinition[];

  @ListOf(() => IntegrationDefinition, { max: 50, optional: true })
  integrations?: IntegrationDefinition[];
}

export class RegisteredProduct {
  @Text({ max: 40, example: 'acme' })
  key: string;

  @Whole({ min: 1, description: 'Rises by one each time the manifest changes' })
  version: number;

  @Flag({ description: 'false: the same manifest was registered before' })
  changed: boolean;
}

export class Product {
  @Text({ max: 40, example: 'acme' })
  key: string;

  @Text({ max: 120, example: 'Acme Reports' })
  name: string;

  @Whole({ min: 1 })
  version: number;

  @ListOf(() => ModuleDefinition)
  modules: ModuleDefinition[];

  @ListOf(() => MeterDefinition)
  meters: MeterDefinition[];

  @Texts({ max: 500, length: 120 })
  eventTypes: string[];

  @Instant()
  registeredAt: string;
}

export class ProductPage extends pageOf(Product) {}

export const READABLE_STATES = [
  'tenant',
  'organization',
  'user',
  'membership',
  'role',
  'user_role',
  'subscription',
  'entitlement',
  'setting',
] as const;
export type ReadableState = (typeof READABLE_STATES)[number];

export class ReadState {
  @OneOf(READABLE_STATES, { example: 'user' })
  aggregate: ReadableState;

  @Id()
  tenantId: string;

  @Ids({ max: 200 })
  ids: string[];

  @OneOf(['id', 'user'], {
    optional: true,
    description: 'What `ids` name: the rows (unless told), or users whose active rows are wanted (user_role only)',
  })
  by?: 'id' | 'user';
}

/** One row as the state stream carries it. */
export class StateSnapshot {
  @Id()
  id: string;

  @Id()
  tenantId: string;

  @Whole({ min: 1 })
  version: number;

  @Flag()
  deleted: boolean;

  @Instant()
  time: string;

  @Json({ description: 'The state contract of the aggregate', nullable: true })
  data: object | null;
}

export class StateSnapshots {
  @ListOf(() => StateSnapshot, { description: 'Rows that exist; unknown ids are left out' })
  states: StateSnapshot[];
}

export const registerProduct = operation({
  id: 'registerProduct',
  subject: 'product.register.v1',
  summary: 'Register the manifest of a product, or its next version',
  request: ProductManifest,
  response: RegisteredProduct,
  access: internal,
  errors: [PRODUCT_MISMATCH, MANIFEST_CONFLICT, PLAN_VERSION_IMMUTABLE, CONSENT_PURPOSE_IMMUTABLE],
});

export const listProducts = operation({
  id: 'listProducts',
  subject: 'product.list.v1',
  summary: 'List the registered products',
  http: { method: 'GET', path: '/products' },
  request: PageQuery,
  response: ProductPage,
  access: permission('platform.product.read'),
});

export const readState = operation({
  id: 'readState',
  subject: 'state.read.v1',
  summary: 'Read the state of rows that the caller has not seen on the state stream yet',
  request: ReadState,
  response: StateSnapshots,
  access: internal,
  readOnly: true,
});

export const productOperations = [registerProduct, listProducts, readState] as const;
