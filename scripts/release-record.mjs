// npm run release:record -- <version> [--commit <commit>]: writes releases/<version>/ from what a commit builds: its
// contracts, its documents and its schema, for whatever comes later to be compared with.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { build, checkTools, install, root } from './lib/steps.mjs';

checkTools();
await install();
await build();
const main = path.join(root, 'tests/releases/dist/record.js');
const { status } = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
