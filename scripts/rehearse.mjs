// npm run rehearse: every backup, restore, loss and recovery of docs/operations, each on a whole system of its own. npm test
// does a part of it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './lib/steps.mjs';

const { status, signal } = spawnSync(
  process.execPath,
  [
    path.join(root, 'scripts/test.mjs'),
    '--only',
    '@tests/operations',
    '--match',
    '/(backup|recovery|rebuild|rotation)/',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, REHEARSAL: 'all' } },
);
process.exit(status ?? (signal ? 130 : 1));
