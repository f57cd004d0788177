import {
  AnyValue,
  Flag,
  Id,
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
import { LocalizedText } from './products.js';
import { CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID } from './system-configs.errors.js';

export const CONFIG_LAYERS = ['default', 'environment', 'global', 'product', 'tenant'] as const;
/** Where a value comes from; each layer wins over those before it. */
export type ConfigLayer = (typeof CONFIG_LAYERS)[number];

/** What a layer says. Of a secret only that it is set, its last characters and its fingerprint. */
export class ConfigValue {
  @OneOf(CONFIG_LAYERS)
  layer: ConfigLayer;

  @AnyValue({ optional: true, description: 'Left out for a secret', example: 20 })
  value?: unknown;

  @Text({ max: 8, optional: true, description: 'End of a secret' })
  last4?: string;

  @Text({ max: 64, optional: true, description: 'Of a secret: the same for the same value' })
  fingerprint?: string;

  @Flag({ description: 'This layer decides' })
  wins: boolean;
}

export class SystemConfig {
  @Text({ max: 120, example: 'acme.page-size' })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Json({ description: 'JSON Schema of the value' })
  schema: object;

  @Flag()
  secret: boolean;

  @ListOf(() => ConfigValue, { description: 'Every layer that says something, the weakest first' })
  layers: ConfigValue[];

  @Whole({ min: 0, description: 'Of the layer that was asked for; 0 when it says nothing' })
  version: number;
}

export class SystemConfigPage extends pageOf(SystemConfig) {}

export class ListSystemConfigs extends PageQuery {
  @Text({ min: 2, max: 40, optional: true, description: 'Only what this product brings, or platform', example: 'acme' })
  owner?: string;
}

/** Which layer: all, a product, or a tenant. */
export class ConfigPlace {
  @Text({ min: 3, max: 120, example: 'acme.page-size' })
  key: string;

  @Text({ min: 2, max: 40, optional: true, example: 'acme' })
  product?: string;

  @Id({ optional: true })
  tenantId?: string;
}

export class PutSystemConfig extends ConfigPlace {
  @AnyValue({ example: 20 })
  value: unknown;

  @Flag({ optional: true, description: 'Only say what would hold then' })
  dryRun?: boolean;
}

export class RollBackSystemConfig extends ConfigPlace {
  @Whole({ min: 1 })
  toVersion: number;
}

export class ConfigVersion {
  @Whole({ min: 1 })
  version: number;

  @AnyValue({ optional: true, description: 'Left out for a secret, and where the layer was removed' })
  value?: unknown;

  @OneOf(['active', 'superseded', 'removed'])
  status: 'active' | 'superseded' | 'removed';

  @Text({ max: 36 })
  changedBy: string;

  @Instant()
  changedAt: string;
}

export class ConfigVersions {
  @ListOf(() => ConfigVersion, { max: 200, description: 'The newest two hundred, newest first' })
  data: ConfigVersion[];
}

export class ReadSystemConfigs {
  @Texts({ max: 200, length: 120 })
  keys: string[];

  @Id({ optional: true })
  tenantId?: string;
}

export class ReadConfig {
  @Text({ max: 120 })
  key: string;

  @AnyValue()
  value: unknown;
}

export class ReadConfigs {
  @ListOf(() => ReadConfig, { description: 'Secrets in clear: they are for the service of the product alone' })
  values: ReadConfig[];
}

const manage = permission('platform.system-config.manage');

export const listSystemConfigs = operation({
  id: 'listSystemConfigs',
  subject: 'system-config.list.v1',
  summary: 'List the configuration of the system, by key',
  http: { method: 'GET', path: '/system-configs' },
  request: ListSystemConfigs,
  response: SystemConfigPage,
  access: permission('platform.system-config.read'),
});

export const getSystemConfig = operation({
  id: 'getSystemConfig',
  subject: 'system-config.get.v1',
  summary: 'Read a value of the system configuration, and which layer decides it',
  http: { method: 'GET', path: '/system-configs/{key}' },
  request: ConfigPlace,
  response: SystemConfig,
  access: permission('platform.system-config.read'),
  errors: [CONFIG_KEY_UNKNOWN],
  version: 'answers',
});

export const putSystemConfig = operation({
  id: 'putSystemConfig',
  subject: 'system-config.put.v1',
  summary: 'Set a value of the system configuration for all, a product or a tenant',
  http: { method: 'PUT', path: '/system-configs/{key}', query: ['dryRun'] },
  request: PutSystemConfig,
  response: SystemConfig,
  access: manage,
  errors: [CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID],
  version: 'required',
});

export const removeSystemConfig = operation({
  id: 'removeSystemConfig',
  subject: 'system-config.remove.v1',
  summary: 'Take a layer of the system configuration back',
  http: { method: 'DELETE', path: '/system-configs/{key}', status: 204 },
  request: ConfigPlace,
  response: null,
  access: manage,
  errors: [CONFIG_KEY_UNKNOWN],
});

export const rollBackSystemConfig = operation({
  id: 'rollBackSystemConfig',
  subject: 'system-config.roll-back.v1',
  summary: 'Bring back an earlier value of a layer of the system configuration',
  http: { method: 'POST', path: '/system-configs/{key}/rollback' },
  request: RollBackSystemConfig,
  response: SystemConfig,
  access: manage,
  errors: [CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID],
  idempotent: true,
  version: 'answers',
});

export const listSystemConfigVersions = operation({
  id: 'listSystemConfigVersions',
  subject: 'system-config.list-versions.v1',
  summary: 'What a layer of the system configuration said before',
  http: { method: 'GET', path: '/system-configs/{key}/versions' },
  request: ConfigPlace,
  response: ConfigVersions,
  access: permission('platform.system-config.read'),
  errors: [CONFIG_KEY_UNKNOWN],
});

export const readSystemConfigs = operation({
  id: 'readSystemConfigs',
  subject: 'system-config.read.v1',
  summary: "Values of the calling product's own configuration, as they hold for a tenant",
  request: ReadSystemConfigs,
  response: ReadConfigs,
  access: internal,
  errors: [CONFIG_KEY_UNKNOWN],
  readOnly: true,
});

export const systemConfigsOperations = [
  listSystemConfigs,
  getSystemConfig,
  putSystemConfig,
  removeSystemConfig,
  rollBackSystemConfig,
  listSystemConfigVersions,
  readSystemConfigs,
];
