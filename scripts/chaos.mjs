// npm run chaos -- --minutes N --seed S: kills processes of a system of its own while people book, then counts.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build, checkTools, install, root } from './lib/steps.mjs';

checkTools();
await install();
await build();
const main = path.join(root, 'tests/chaos/dist/main.js');
const { status, signal } = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? (signal ? 130 : 1));
