import { holders, OneOf, Text } from '@kit/contracts';
import { event } from './context.js';

export class SystemConfigChangedData {
  @Text({ max: 120, example: 'acme.page-size' })
  key: string;

  @OneOf(['global', 'product', 'tenant'])
  layer: string;
}

export const systemConfigChanged = event({
  aggregate: 'system_config',
  fact: 'changed',
  summary: 'A value of the system configuration was set, removed or rolled back; the value itself is not told',
  data: SystemConfigChangedData,
  audience: () => holders('platform.system-config.read'),
});

export const systemConfigEvents = [systemConfigChanged];
