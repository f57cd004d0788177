import { createDataSource, loadConfig, secret } from '@kit/service';
import { buryOrphans } from './platform/projections/orphans.js';

/** Second half of a rebuild after PLATFORM was restored: a line of JSON for each copy of what it does not know. */
const { url } = loadConfig({ url: secret('DIGILIST_DATABASE_SYSTEM_URL') });
const database = await createDataSource({ context: 'digilist', url: url.reveal(), poolSize: 1 }).initialize();
const orphans = await database.transaction((transaction) => buryOrphans(transaction));
await database.destroy();
for (const orphan of orphans) process.stdout.write(`${JSON.stringify(orphan)}\n`);
