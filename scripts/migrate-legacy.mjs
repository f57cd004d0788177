// npm run migrate:legacy -- --from <url> [--dry-run] [--resume] …: takes over the database of the former system.
// npm run migrate:legacy -- generate --to <url> [--rows N]: makes one to try it with.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const main = args[0] === 'generate' ? 'fixture/cli.js' : 'cli.js';
const script = path.join(root, 'packages/legacy-migration/dist', main);
if (!existsSync(script)) {
  console.error('The migration is not built yet: run "npm start" once, it builds everything.');
  process.exit(1);
}
const { status, signal } = spawnSync(
  process.execPath,
  ['--enable-source-maps', script, ...(main === 'cli.js' ? args : args.slice(1))],
  { stdio: 'inherit' },
);
process.exit(status ?? (signal ? 130 : 1));
