import type { Locale } from '@kit/contracts';
import type { EffectiveSetting, Setting, SettingExplanation, SettingState } from '@platform/contracts';
import type { DecidedSetting, SettingPlace } from './read-setting.js';
import type { SettingRow } from './settings.sql.js';

/** Version of what was set at the very place; 0 where nothing ever was. */
function versionAt({ rows }: DecidedSetting, { orgId = null, userId = null }: SettingPlace): number {
  const layer = userId !== null ? 'user' : orgId !== null ? 'org' : 'tenant';
  return rows.find((row) => row.layer === layer && row.of === (userId ?? orgId))?.version ?? 0;
}

export const toEffective =
  (locale: Locale, place: SettingPlace) =>
  (decided: DecidedSetting): EffectiveSetting => ({
    key: decided.setting.key,
    title: decided.setting.title[locale],
    scope: decided.setting.scope,
    value: decided.value,
    layer: decided.layer,
    version: versionAt(decided, place),
  });

export const toExplanation = (decided: DecidedSetting, place: SettingPlace): SettingExplanation => ({
  key: decided.setting.key,
  title: decided.setting.title,
  scope: decided.setting.scope,
  schema: decided.setting.schema,
  value: decided.value,
  layer: decided.layer,
  layers: decided.layers.map(({ layer, of, value, fits, wins }) => ({ layer, of, value, fits, wins })),
  version: versionAt(decided, place),
});

export const toSetting = ({ key, org_id, user_id, value, version }: SettingRow): Setting => ({
  key,
  layer: user_id !== null ? 'user' : org_id !== null ? 'org' : 'tenant',
  of: user_id ?? org_id,
  value,
  version,
});

export const toSettingState = (tenantId: string, row: SettingRow): SettingState => ({
  id: row.id,
  tenantId,
  key: row.key,
  orgId: row.org_id,
  userId: row.user_id,
  value: row.value,
  version: row.version,
});
