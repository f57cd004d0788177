// npm run rolling -- --restarts N --rate R: replaces one process after the other while people ask, then counts.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build, checkTools, install, root } from './lib/steps.mjs';

checkTools();
await install();
await build();
const main = path.join(root, 'tests/chaos/dist/rolling/main.js');
const { status, signal } = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? (signal ? 130 : 1));
