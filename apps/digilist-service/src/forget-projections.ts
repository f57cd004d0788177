import { createDataSource, loadConfig, secret } from '@kit/service';
import { forgetProjections } from './platform/projections/forget.js';
import { regionFields } from './platform/region.js';

const { url, durable } = loadConfig({
  url: secret('DIGILIST_DATABASE_SYSTEM_URL'),
  durable: regionFields.stateDurable,
});
const database = await createDataSource({ context: 'digilist', url: url.reveal(), poolSize: 1 }).initialize();
await database.transaction((transaction) => forgetProjections(transaction, durable));
await database.destroy();
process.stdout.write(
  `digilist: the copies wait for the stream; now make the durable ${durable} of PLATFORM_STATE anew\n`,
);
