import { type ConfigOf, loadConfig, secret, serviceFields, text } from '@kit/service';
import { loadMediaSettings, type MediaSettings } from './features/media/index.js';
import { notificationFields } from './features/notifications/index.js';
import { loadPaymentSettings, type PaymentSettings } from './features/payments/index.js';
import { regionFields } from './platform/index.js';

export const digilistFields = {
  ...serviceFields('DIGILIST'),
  ...notificationFields,
  ...regionFields,
  /** Enhetsregisteret, where clubs and municipalities are looked up. */
  brregUrl: text('DIGILIST_BRREG_URL', 'https://data.brreg.no'),
} as const;

export type DigilistConfig = ConfigOf<typeof digilistFields> & {
  readonly media: MediaSettings;
  readonly payments: PaymentSettings;
};

export const migrationFields = { migratorUrl: secret('DIGILIST_DATABASE_MIGRATOR_URL') } as const;

export const loadDigilistConfig = (): DigilistConfig => ({
  ...loadConfig(digilistFields),
  media: loadMediaSettings(),
  payments: loadPaymentSettings(),
});
export const loadMigrationConfig = () => loadConfig(migrationFields);
