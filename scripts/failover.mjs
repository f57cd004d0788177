// npm run failover -- --nodes N --primaries N --rate R: kills nodes of NATS and the primary of PostgreSQL, then counts.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build, checkTools, install, root } from './lib/steps.mjs';

checkTools();
await install();
await build();
const main = path.join(root, 'tests/operations/dist/cluster/main.js');
const { status, signal } = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? (signal ? 130 : 1));
