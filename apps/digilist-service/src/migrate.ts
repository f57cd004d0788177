import { migrate } from '@kit/service';
import { loadMigrationConfig } from './config.js';
import { migrations } from './database/migrations/index.js';

try {
  const url = loadMigrationConfig().migratorUrl.reveal();
  const applied = await migrate({ context: 'digilist', url, migrations, applicationName: 'digilist-migrate' });
  console.log(applied.length ? `digilist: ${applied.length} migrations applied` : 'digilist: the schema is up to date');
} catch (error) {
  console.error(`digilist: ${(error as Error).message}`);
  process.exit(1);
}
