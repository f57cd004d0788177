// npm run laws [-- <cases>]: the laws of the calendar with ten thousand generated cases each; npm test tries five hundred.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './lib/steps.mjs';

const cases = process.argv[2] ?? '10000';
if (!/^[1-9]\d*$/.test(cases)) {
  console.error('npm run laws -- <number of cases>');
  process.exit(2);
}
const { status, signal } = spawnSync(
  process.execPath,
  [path.join(root, 'scripts/test.mjs'), '--only', '@digilist/service', '--match', '\\blaws?\\.spec'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, LAW_CASES: cases } },
);
process.exit(status ?? (signal ? 130 : 1));
