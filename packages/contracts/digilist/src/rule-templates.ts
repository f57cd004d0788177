import { Id, Nested, NOT_FOUND, OneOf, PageQuery, pageOf, permission, STALE_VERSION, Whole } from '@kit/contracts';
import { RULE_STATUSES, type RuleStatus } from './booking-quotas.js';
import { operation } from './context.js';
import { ORGANIZATION_UNKNOWN } from './listings.errors.js';
import { LocalizedName } from './listings.text.js';
import { RULE_RETIRED, RULES_INVALID } from './rules.errors.js';
import { BookingRuleOverrides } from './rules.fields.js';

export class RuleTemplateId {
  @Id()
  id: string;
}

/** Booking rules that several listings share: of the tenant, or of an organization and those below it. */
export class RuleTemplate {
  @Id()
  id: string;

  @Id({ nullable: true, description: 'null: of the whole tenant' })
  orgId: string | null;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Nested(() => BookingRuleOverrides, { description: 'What it does not set comes from the default' })
  rules: BookingRuleOverrides;

  @OneOf(RULE_STATUSES, { description: 'A retired one goes on where it is used, but cannot be chosen any more' })
  status: RuleStatus;

  @Whole({ min: 0, description: 'How many listings use it' })
  listings: number;

  @Whole({ min: 1 })
  version: number;
}

export class RuleTemplatePage extends pageOf(RuleTemplate) {}

export class CreateRuleTemplate {
  @Id({ optional: true, description: 'Left out: of the whole tenant' })
  orgId?: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Nested(() => BookingRuleOverrides)
  rules: BookingRuleOverrides;
}

export class UpdateRuleTemplate {
  @Id()
  id: string;

  @Nested(() => LocalizedName)
  name: LocalizedName;

  @Nested(() => BookingRuleOverrides, { description: 'Replaces all of them' })
  rules: BookingRuleOverrides;
}

export class ListRuleTemplates extends PageQuery {
  @Id({ optional: true, description: 'Those that listings of this organization can use' })
  orgId?: string;

  @OneOf(RULE_STATUSES, { optional: true })
  status?: RuleStatus;
}

export const createRuleTemplate = operation({
  id: 'createRuleTemplate',
  subject: 'rule-template.create.v1',
  summary: 'Write booking rules that several listings can share',
  http: { method: 'POST', path: '/rule-templates', status: 201 },
  request: CreateRuleTemplate,
  response: RuleTemplate,
  access: permission('digilist.rule-template.update'),
  module: 'digilist.listings',
  errors: [ORGANIZATION_UNKNOWN, RULES_INVALID],
  idempotent: true,
  version: 'answers',
});

export const listRuleTemplates = operation({
  id: 'listRuleTemplates',
  subject: 'rule-template.list.v1',
  summary: 'Rule templates',
  http: { method: 'GET', path: '/rule-templates' },
  request: ListRuleTemplates,
  response: RuleTemplatePage,
  access: permission('digilist.rule-template.read'),
  module: 'digilist.listings',
});

export const getRuleTemplate = operation({
  id: 'getRuleTemplate',
  subject: 'rule-template.get.v1',
  summary: 'One rule template',
  http: { method: 'GET', path: '/rule-templates/{id}' },
  request: RuleTemplateId,
  response: RuleTemplate,
  access: permission('digilist.rule-template.read'),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateRuleTemplate = operation({
  id: 'updateRuleTemplate',
  subject: 'rule-template.update.v1',
  summary: 'Change a rule template, and with it the rules of every listing that uses it',
  http: { method: 'PUT', path: '/rule-templates/{id}' },
  request: UpdateRuleTemplate,
  response: RuleTemplate,
  access: permission('digilist.rule-template.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULES_INVALID, RULE_RETIRED],
  version: 'required',
});

export const retireRuleTemplate = operation({
  id: 'retireRuleTemplate',
  subject: 'rule-template.retire.v1',
  summary: 'Let nobody choose a rule template any more',
  http: { method: 'POST', path: '/rule-templates/{id}/retire' },
  request: RuleTemplateId,
  response: RuleTemplate,
  access: permission('digilist.rule-template.update'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, RULE_RETIRED, STALE_VERSION],
  idempotent: true,
  version: 'answers',
});

export const ruleTemplateOperations = [
  createRuleTemplate,
  listRuleTemplates,
  getRuleTemplate,
  updateRuleTemplate,
  retireRuleTemplate,
] as const;
