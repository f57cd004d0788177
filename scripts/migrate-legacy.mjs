// npm run migrate:legacy -- --from <url> [--dry-run] [--resume] …: takes over the database of the former system.
// npm run migrate:legacy -- generate --to <url> [--rows N]: makes one to try it with.
// npm run migrate:legacy -- exercise [--rows N] [--dry-run] …: makes one on a PostgreSQL of its own, and takes it over from there.
// npm run migrate:legacy -- kills [25]: kills it that often wherever it may be, and compares with a run that nobody disturbed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startPostgres } from '../packages/local-servers/src/index.mjs';

const dist = path.resolve(import.meta.dirname, '../packages/legacy-migration/dist');
if (!existsSync(path.join(dist, 'cli.js'))) {
  console.error('The migration is not built yet: run "npm start" once, it builds everything.');
  process.exit(1);
}

/** More would be used where it is allowed, and is not needed: what is in memory is a few chunks and the catalogue. */
const HEAP = '--max-old-space-size=256';

/** Answers how it ended. */
async function run(script, args) {
  const child = spawn(process.execPath, [HEAP, '--enable-source-maps', path.join(dist, script), ...args], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 130)));
}

async function exercise(args) {
  const at = args.indexOf('--rows');
  const rows = at < 0 ? '20000' : args[at + 1];
  const others = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)];
  const server = await startPostgres({});
  try {
    const made = await run('fixture/cli.js', ['--to', server.url, '--rows', rows]);
    return made === 0 ? await run('cli.js', ['--from', server.url, ...others]) : made;
  } finally {
    await server.stop();
  }
}

async function kills([times = '25']) {
  const cwd = path.resolve(dist, '..');
  const args = [
    path.resolve(cwd, '../../node_modules/jest/bin/jest.js'),
    'src/migrate.spec',
    '--testNamePattern',
    'takes over|killed',
  ];
  const seed = process.env.SEED ?? String(Date.now() % 100_000);
  console.log(`SEED=${seed}`);
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, KILLS: times, SEED: seed },
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 130)));
}

const [command, ...rest] = process.argv.slice(2);
// Ctrl-C reaches the program as well: it ends, and then what it stood on is stopped.
process.on('SIGINT', () => {});
if (command === 'exercise') process.exitCode = await exercise(rest);
else if (command === 'kills') process.exitCode = await kills(rest);
else if (command === 'generate') process.exitCode = await run('fixture/cli.js', rest);
else process.exitCode = await run('cli.js', process.argv.slice(2));
