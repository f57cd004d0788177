import { seekDurable } from '@kit/local-servers';
import { operatorOptions } from './connection.js';
import { DURABLE } from './subscriber.js';

const from = process.argv[2] ?? '';
try {
  if (from !== 'all' && Number.isNaN(Date.parse(from))) {
    throw new Error(
      'From when? "node dist/replay.js all" or an instant, e.g. "node dist/replay.js 2026-12-01T08:00:00Z".',
    );
  }
  const { servers, user, password } = operatorOptions();
  const admin = { user, password };
  await seekDurable(servers, { digilist_admin: admin, platform_admin: admin }, 'DIGILIST_EVENTS', DURABLE, from);
  console.log(`${DURABLE} now reads on from ${from === 'all' ? 'the first event that is kept' : from}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
