export { compiled, planSettingProblems } from './domain/definitions.js';
export type { Branding, PlatformSettings } from './platform-settings.js';
export { readPlatformSettings, readSetting, type SettingPlace } from './read-setting.js';
export { toSettingState } from './settings.mapper.js';
export { SettingsModule } from './settings.module.js';
export { SettingsService } from './settings.service.js';
export { SETTING_STATES, type SettingRow } from './settings.sql.js';
