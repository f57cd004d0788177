import { type ConfigOf, loadConfig, mailFields, secret, serviceFields, text } from '@kit/service';
import { loadMediaSettings, type MediaSettings } from './features/media/index.js';

export const digilistFields = {
  ...serviceFields('DIGILIST'),
  ...mailFields,
  /** Where people reach the gateway: for links that leave it, as in calendars. */
  publicUrl: text('DIGILIST_API_URL', 'http://localhost:3000'),
} as const;

export type DigilistConfig = ConfigOf<typeof digilistFields> & { readonly media: MediaSettings };

export const migrationFields = { migratorUrl: secret('DIGILIST_DATABASE_MIGRATOR_URL') } as const;

export const loadDigilistConfig = (): DigilistConfig => ({
  ...loadConfig(digilistFields),
  media: loadMediaSettings(),
});
export const loadMigrationConfig = () => loadConfig(migrationFields);
