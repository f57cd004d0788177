import { createInterface } from 'node:readline';
import { createDataSource, createLogger, loadConfig } from '@kit/service';
import { importFields } from './config.js';
import { importTenant } from './features/tenancy/index.js';

/** Brings a tenant in from an export on standard input: `node dist/import-tenant.js < tenant.jsonl`. */
const logger = createLogger('platform-import', 'info');
const database = createDataSource({ context: 'platform', url: loadConfig(importFields).systemUrl.reveal() });
try {
  await database.initialize();
  const tables = await importTenant(database, createInterface({ input: process.stdin }));
  logger.info({ tables }, 'the tenant is here');
} catch (error) {
  logger.fatal({ err: error }, `the tenant was not brought in: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  if (database.isInitialized) await database.destroy();
}
