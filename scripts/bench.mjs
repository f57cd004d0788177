// npm run bench [-- P1 P2 P2b P3 P4 P6 …] [--smoke]: what the system costs, beside a limit or a peer measured in the same run.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build, checkTools, install, root } from './lib/steps.mjs';

checkTools();
await install();
await build();
const main = path.join(root, 'tests/bench/dist/main.js');
const { status, signal } = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? (signal ? 130 : 1));
