import { createLogger } from '@kit/service';
import { loadMigrationConfig } from './config.js';
import { migrate } from './database/migrate.js';

const logger = createLogger('platform-migrate', 'info');
try {
  const ran = await migrate(loadMigrationConfig());
  logger.info({ ran }, ran.length > 0 ? `${ran.length} migrations ran` : 'the database is up to date');
} catch (error) {
  logger.fatal({ err: error }, `platform cannot migrate: ${(error as Error).message}`);
  process.exit(1);
}
