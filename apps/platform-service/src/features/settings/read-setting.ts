import { Refusal } from '@kit/contracts';
import type { Queryable } from '@kit/service';
import { SETTING_UNKNOWN } from '@platform/contracts';
import { settingsNamed } from './catalog.js';
import type { Setting } from './domain/definitions.js';
import { type Decided, decide } from './domain/precedence.js';
import type { PlatformSettings } from './platform-settings.js';
import { LAYERS, type LayerRow } from './settings.sql.js';

/** Whose settings: those of an organization and all above it, those of a user; of the whole tenant where none is named. */
export interface SettingPlace {
  readonly orgId?: string | null;
  readonly userId?: string | null;
}

type InTenant = Queryable & { readonly tenantId: string };

export interface DecidedSetting extends Decided {
  readonly setting: Setting;
  /** What the layers have, cleared ones included. */
  readonly rows: readonly LayerRow[];
}

/** Settings as they hold at a place; every one there is when no keys are named. */
export async function decidedSettings(
  tx: InTenant,
  keys: readonly string[] | null,
  { orgId = null, userId = null }: SettingPlace = {},
): Promise<DecidedSetting[]> {
  const settings = await settingsNamed(tx, keys);
  const rows = await tx.query<LayerRow>(LAYERS, [tx.tenantId, keys, orgId, userId]);
  return settings.map((setting) => {
    const own = rows.filter(({ key }) => key === setting.key);
    const said = own.filter(({ status }) => status === 'set');
    return { setting, rows: own, ...decide(setting, said) };
  });
}

/**
 * The value of a setting that holds: default < plan < tenant < organization (the nearest one) < user.
 * @throws Refusal SETTING_UNKNOWN when no product has registered it
 */
export async function readSetting<Key extends keyof PlatformSettings>(
  tx: InTenant,
  key: Key,
  place?: SettingPlace,
): Promise<PlatformSettings[Key]>;
export async function readSetting(tx: InTenant, key: string, place?: SettingPlace): Promise<unknown>;
export async function readSetting(tx: InTenant, key: string, place: SettingPlace = {}): Promise<unknown> {
  const [decided] = await decidedSettings(tx, [key], place);
  if (!decided) throw new Refusal(SETTING_UNKNOWN);
  return decided.value;
}

/** Several of PLATFORM's own settings in one round trip. */
export async function readPlatformSettings<Key extends keyof PlatformSettings>(
  tx: InTenant,
  keys: readonly Key[],
  place: SettingPlace = {},
): Promise<Pick<PlatformSettings, Key>> {
  const decided = await decidedSettings(tx, keys, place);
  return Object.fromEntries(decided.map(({ setting, value }) => [setting.key, value])) as Pick<PlatformSettings, Key>;
}
