import { holders, Id, OneOf, people, Text } from '@kit/contracts';
import { event } from './context.js';
import { SETTING_SCOPES, type SettingScope } from './products.js';

export class SettingChangedData {
  @Text({ max: 80 })
  key: string;

  @OneOf(SETTING_SCOPES)
  layer: SettingScope;

  @Id({ nullable: true, description: 'The organization or the user; null for the whole tenant' })
  of: string | null;
}

export const settingChanged = event({
  aggregate: 'setting',
  fact: 'changed',
  summary: 'A setting was made, or its value taken back',
  data: SettingChangedData,
  audience: ({ layer, of }) =>
    layer === 'user' ? people(of) : holders('platform.setting.read', { orgs: layer === 'org' ? [of] : [] }),
});

export const settingEvents = [settingChanged];
