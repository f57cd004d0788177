// npm run demo: plays the main journey against the system that `npm start` runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const journey = path.join(root, 'examples/demo/dist/journey.js');
if (!existsSync(journey)) {
  console.error(
    'The demo is not built yet: run "npm start" in another terminal first, it builds and seeds everything.',
  );
  process.exit(1);
}
const { status, signal } = spawnSync(process.execPath, ['--enable-source-maps', journey, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? (signal ? 130 : 1));
