import { loadConfig, migrate, secret } from '@kit/service';
import { migrations } from './database/migrations/index.js';

const config = loadConfig({ url: secret('DIGILIST_DATABASE_MIGRATOR_URL') });
const applied = await migrate({ context: 'digilist', url: config.url.reveal(), migrations, applicationName: 'digilist-migrate' });
process.stdout.write(applied.length ? `digilist: ${applied.length} migrations applied\n` : 'digilist: the schema is up to date\n');
