import {
  AnyValue,
  authenticated,
  Flag,
  Id,
  ListOf,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { LocalizedText, SETTING_SCOPES, type SettingScope } from './products.js';
import { SETTING_INVALID, SETTING_SCOPE_INVALID, SETTING_UNKNOWN } from './settings.errors.js';

export const SETTING_LAYERS = ['default', 'plan', 'tenant', 'org', 'user'] as const;
/** Where a value comes from; each layer wins over those before it. */
export type SettingLayer = (typeof SETTING_LAYERS)[number];

export const SETTING_STATUSES = ['set', 'cleared'] as const;
export type SettingStatus = (typeof SETTING_STATUSES)[number];

export class EffectiveSetting {
  @Text({ max: 80, example: 'acme.page-size' })
  key: string;

  @Text({ max: 500, description: 'In the language of the caller' })
  title: string;

  @OneOf(SETTING_SCOPES, { description: 'The narrowest layer that may set it' })
  scope: SettingScope;

  @AnyValue({ example: 20 })
  value: unknown;

  @OneOf(SETTING_LAYERS, { description: 'The layer whose value holds' })
  layer: SettingLayer;

  @Whole({ min: 0, description: 'Of what was set at the very place asked for; 0 where nothing ever was' })
  version: number;
}

export class EffectiveSettings {
  @ListOf(() => EffectiveSetting, { max: 10_000 })
  data: EffectiveSetting[];
}

export class ListSettings {
  @Id({ optional: true, description: 'As it holds in this organization; in the whole tenant unless told' })
  orgId?: string;
}

export class SettingKey {
  @Text({ min: 3, max: 80, example: 'acme.page-size' })
  key: string;
}

export class SettingPlace extends SettingKey {
  @Id({ optional: true, description: 'In this organization and below; in the whole tenant unless told' })
  orgId?: string;
}

export class ExplainSetting extends SettingPlace {
  @Id({ optional: true, description: 'As it holds for this user' })
  userId?: string;
}

export class PutSetting extends SettingPlace {
  @AnyValue({ description: 'As the schema of the setting has it', example: 50 })
  value: unknown;
}

export class PutOwnSetting extends SettingKey {
  @AnyValue({ description: 'As the schema of the setting has it', example: 50 })
  value: unknown;
}

/** What one layer says. */
export class Setting {
  @Text({ max: 80 })
  key: string;

  @OneOf(SETTING_SCOPES)
  layer: SettingScope;

  @Id({ nullable: true, description: 'The organization or the user; null for the whole tenant' })
  of: string | null;

  @AnyValue()
  value: unknown;

  @Whole({ min: 1 })
  version: number;
}

export class SettingLayerValue {
  @OneOf(SETTING_LAYERS)
  layer: SettingLayer;

  @Id({ nullable: true, description: 'The organization or the user' })
  of: string | null;

  @AnyValue()
  value: unknown;

  @Flag({ description: 'false: the value no longer fits the schema and is passed over' })
  fits: boolean;

  @Flag({ description: 'This is the value that holds' })
  wins: boolean;
}

export class SettingExplanation {
  @Text({ max: 80 })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @OneOf(SETTING_SCOPES)
  scope: SettingScope;

  @AnyValue({ description: 'JSON Schema of the value' })
  schema: unknown;

  @AnyValue()
  value: unknown;

  @OneOf(SETTING_LAYERS)
  layer: SettingLayer;

  @ListOf(() => SettingLayerValue, { description: 'Every layer that says something, the weakest first' })
  layers: SettingLayerValue[];

  @Whole({ min: 0, description: 'Of what was set at the very place asked for; 0 where nothing ever was' })
  version: number;
}

export const listSettings = operation({
  id: 'listSettings',
  subject: 'setting.list.v1',
  summary: 'The settings as they hold, each with the layer that decided',
  http: { method: 'GET', path: '/tenant/settings' },
  request: ListSettings,
  response: EffectiveSettings,
  access: permission('platform.setting.read'),
  errors: [NOT_FOUND],
});

export const explainSetting = operation({
  id: 'explainSetting',
  subject: 'setting.explain.v1',
  summary: 'What every layer says about a setting, and which one decides',
  http: { method: 'GET', path: '/tenant/settings/{key}/explain' },
  request: ExplainSetting,
  response: SettingExplanation,
  access: permission('platform.setting.read'),
  errors: [NOT_FOUND, SETTING_UNKNOWN],
  version: 'answers',
});

export const putSetting = operation({
  id: 'putSetting',
  subject: 'setting.put.v1',
  summary: 'Make a setting for the tenant or for an organization (If-Match "0" where nothing was ever set there)',
  http: { method: 'PUT', path: '/tenant/settings/{key}' },
  request: PutSetting,
  response: Setting,
  access: permission('platform.setting.update'),
  errors: [NOT_FOUND, SETTING_UNKNOWN, SETTING_INVALID, SETTING_SCOPE_INVALID],
  version: 'required',
});

export const clearSetting = operation({
  id: 'clearSetting',
  subject: 'setting.clear.v1',
  summary: 'Take back what the tenant or an organization has set, so that the layer before decides again',
  http: { method: 'DELETE', path: '/tenant/settings/{key}', status: 204 },
  request: SettingPlace,
  response: null,
  access: permission('platform.setting.update'),
  errors: [NOT_FOUND, SETTING_UNKNOWN, SETTING_SCOPE_INVALID],
  version: 'required',
});

export const listOwnSettings = operation({
  id: 'listOwnSettings',
  subject: 'setting.list-own.v1',
  summary: "The caller's own preferences as they hold",
  http: { method: 'GET', path: '/auth/me/settings' },
  request: Nothing,
  response: EffectiveSettings,
  access: authenticated,
});

export const putOwnSetting = operation({
  id: 'putOwnSetting',
  subject: 'setting.put-own.v1',
  summary: 'Set a preference of the caller (If-Match "0" where none was ever set)',
  http: { method: 'PUT', path: '/auth/me/settings/{key}' },
  request: PutOwnSetting,
  response: Setting,
  access: authenticated,
  errors: [SETTING_UNKNOWN, SETTING_INVALID, SETTING_SCOPE_INVALID],
  version: 'required',
});

export const clearOwnSetting = operation({
  id: 'clearOwnSetting',
  subject: 'setting.clear-own.v1',
  summary: 'Take back a preference of the caller',
  http: { method: 'DELETE', path: '/auth/me/settings/{key}', status: 204 },
  request: SettingKey,
  response: null,
  access: authenticated,
  errors: [NOT_FOUND, SETTING_UNKNOWN, SETTING_SCOPE_INVALID],
  version: 'required',
});

export const settingsOperations = [
  listSettings,
  explainSetting,
  putSetting,
  clearSetting,
  listOwnSettings,
  putOwnSetting,
  clearOwnSetting,
];
