// Runs a package's specs in a process whose zone is UTC, and those that have to do with time once more at both ends of the
// clock: nothing may depend on the zone of the process.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './lib/steps.mjs';

const jest = path.join(root, 'node_modules/jest/bin/jest.js');
const TIME_SENSITIVE = [
  'features/[^/]+/domain/',
  'features/(calendar|recurring|feeds)/(?!series-)[a-z-]+\\.spec',
  // Times by the clock of the listing: the nights when it is changed, whole days, and what a table tells.
  'features/(listings/interval|bookings/models|bookings/export/table)\\.spec',
].join('|');

/** Options before paths, as jest wants them. */
function run(zone, args, more = {}) {
  const env = { ...process.env, ...more, TZ: zone };
  const { status, signal } = spawnSync(process.execPath, [jest, ...args], { stdio: 'inherit', env });
  return status ?? (signal ? 130 : 1);
}

const args = process.argv.slice(2);
const matched = args.includes('--testPathPatterns');
const results = [run('UTC', args)];
if (!matched) {
  for (const zone of ['Pacific/Auckland', 'America/New_York']) {
    console.log(`\n${zone}:`);
    // Fewer made-up cases: what depends on the zone of the process does so in most of them.
    results.push(run(zone, [...args, '--testPathPatterns', TIME_SENSITIVE], { LAW_CASES: '60' }));
  }
}
process.exit(Math.max(...results));
