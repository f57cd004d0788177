import { createInterface } from 'node:readline';
import { createDataSource, createLogger, loadConfig } from '@kit/service';
import { bringIn } from './bring-in.js';
import { importFields } from './config.js';

/** Brings a tenant in from an export on standard input: `node dist/import-tenant.js < tenant.jsonl`. */
const logger = createLogger('platform-import', 'info');
const database = createDataSource({ context: 'platform', url: loadConfig(importFields).systemUrl.reveal() });
try {
  await database.initialize();
  const imported = await bringIn(database, createInterface({ input: process.stdin }));
  logger.info(imported, 'the tenant is here; the products hear of it from the next publishing on');
} catch (error) {
  logger.fatal({ err: error }, `the tenant was not brought in: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  if (database.isInitialized) await database.destroy();
}
