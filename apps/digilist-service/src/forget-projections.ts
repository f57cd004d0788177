import { createDataSource, loadConfig, secret } from '@kit/service';
import { forgetProjections } from './platform/projections/forget.js';

const { url } = loadConfig({ url: secret('DIGILIST_DATABASE_SYSTEM_URL') });
const database = await createDataSource({ context: 'digilist', url: url.reveal(), poolSize: 1 }).initialize();
await database.transaction((transaction) => forgetProjections(transaction));
await database.destroy();
process.stdout.write(
  'digilist: the copies wait for the stream; now make the durable digilist_projections of PLATFORM_STATE anew\n',
);
