import { parseArgs } from 'node:util';
import { commonFields, createDataSource, createLogger, loadConfig, Nats, secret } from '@kit/service';
import { rebuildSearch } from './features/search/index.js';
import { rebuildProjections } from './platform/projections/rebuild.js';
import { StateStream } from './platform/projections/state-stream.js';
import { regionFields, regionsHeld } from './platform/region.js';

/** `node dist/rebuild.js [--projections [--prune]] [--search] [--dry-run]`: what is derived is made anew, beside the live. */
const say = (line: string): void => console.log(`digilist: ${line}`);
const undo: (() => Promise<unknown>)[] = [];
try {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { projections: flag, search: flag, prune: flag, 'dry-run': flag } });
  const config = loadConfig({ ...commonFields, ...regionFields, url: secret('DIGILIST_DATABASE_SYSTEM_URL') });
  const source = createDataSource({ context: 'digilist', url: config.url.reveal(), poolSize: 1 });
  await source.initialize();
  undo.push(() => source.destroy());
  const database = source.createQueryRunner();
  await database.connect();
  undo.push(() => database.release());
  await alone();
  let right = true;
  if (values.projections) {
    const { natsUrls: urls, natsUser: user, natsPassword: password } = config;
    const nats = await Nats.open({ urls, user, password, name: 'digilist rebuild' }, createLogger('digilist', 'warn'));
    undo.push(() => nats.close());
    const stream = await StateStream.open(nats.connection);
    undo.push(() => stream.close());
    const regions = config.region === '' ? null : regionsHeld(config);
    right = await rebuildProjections({
      database,
      stream,
      regions,
      dryRun: values['dry-run'],
      prune: values.prune,
      say,
    });
    if (!right)
      say(
        'what is ahead or unknown was not said by PLATFORM. While outbox_lag_seconds of platform is above 0 it may come: ' +
          'run this again. Else --prune takes it away; after a restore of PLATFORM, `npm run restored` does.',
      );
  }
  if (values.search) right = (await rebuildSearch(database, values['dry-run'], say)) && right;
  if (!right) process.exitCode = 1;

  /** Two at once would build into the same tables. One that was killed lets go as soon as the server knows. */
  async function alone(): Promise<void> {
    await database.query("SET lock_timeout = '5s'");
    await database.query("SELECT pg_advisory_lock(hashtext('digilist.rebuild'))").catch((error: { code?: string }) => {
      if (error.code === '55P03') throw new Error('another rebuild is at work: wait for its end, then run this again');
      throw error;
    });
    await database.query('RESET lock_timeout');
  }
} catch (error) {
  console.error(`digilist: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  for (const step of undo.reverse()) await step();
}
