import { type ConfigOf, loadConfig, mailFields, secret, serviceFields } from '@kit/service';

export const digilistFields = { ...serviceFields('DIGILIST'), ...mailFields } as const;

export type DigilistConfig = ConfigOf<typeof digilistFields>;

export const migrationFields = { migratorUrl: secret('DIGILIST_DATABASE_MIGRATOR_URL') } as const;

export const loadDigilistConfig = (): DigilistConfig => loadConfig(digilistFields);
export const loadMigrationConfig = () => loadConfig(migrationFields);
