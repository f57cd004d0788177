import { migrate as runMigrations } from '@kit/service';
import type { MigrationConfig } from '../config.js';
import { migrations } from './migrations/index.js';
import { seed } from './seeds/seed.js';

/** Brings the database to what this version of the service expects. Answers the migrations that ran. */
export async function migrate(config: MigrationConfig): Promise<string[]> {
  const ran = await runMigrations({ context: 'platform', url: config.migratorUrl.reveal(), migrations });
  await seed(config);
  return ran;
}
