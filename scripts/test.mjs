// npm test: install, build, check, and every test against a real PostgreSQL and real nats-servers of this run. It shares
// neither data nor ports with a running `npm start`. The last line is "N passed, N failed".
// npm test -- --only <package> (e.g. @kit/testing, several times) runs the tests of some packages, --match <pattern> those
// of their specs whose path it matches.
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  findNatsServer,
  readPidFile,
  removeAtEnd,
  startPostgres,
  testSettings,
  writePidFile,
} from '../packages/local-servers/src/index.mjs';
import { build, checkTools, fail, install, killSteps, Refusal, root, say, step, turboEnv } from './lib/steps.mjs';

const named = (option) => process.argv.filter((_, i, all) => all[i - 1] === option);
const only = named('--only').map((name) => `--filter=${name}`);
const match = named('--match').flatMap((pattern) => ['--testPathPatterns', pattern]);

// Nothing of the surrounding shell reaches into the tests.
for (const name of Object.keys(process.env)) {
  if (
    /^(PLATFORM_|DIGILIST_|NATS_(?!SERVER_BIN$)|SMTP_|MAIL_|GATEWAY_|HEALTH_PORT$|LOG_LEVEL$|POSTGRES_|PG[A-Z]+$)/.test(
      name,
    )
  )
    delete process.env[name];
}

const stops = [];
let passed = 0;
let failed = 0;
let interrupted = false;
const failures = [];

async function stopAll() {
  killSteps();
  for (const stop of stops.splice(0).reverse()) await stop().catch((error) => console.error(error.message));
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (interrupted) process.exit(130);
    interrupted = true;
    say('interrupted, stopping');
    void stopAll();
  });
}

/** A check that is not a test suite: counts as one. */
async function check(name, work) {
  if (interrupted) return;
  try {
    await work();
    passed++;
    say(`${name}: passed`);
  } catch (error) {
    failed++;
    failures.push(name);
    say(`${name}: FAILED`);
    fail(error);
  }
}

const memory = '/dev/shm';
const workDir = mkdtempSync(path.join(memoryIsRoomy() ? memory : os.tmpdir(), 'digilist-test-'));
removeAtEnd(workDir);
stops.push(async () => rmSync(workDir, { recursive: true, force: true, maxRetries: 5 }));
writePidFile(path.join(workDir, 'run.pid'), process.pid);
sweep();

/**
 * Whether memory takes the data of a run, under 2 GB: on a disk, the thousands of small files of databases that come and
 * go cost the machine as much as the statements in them.
 */
function memoryIsRoomy() {
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 4e9 && process.availableMemory() > 8e9;
  } catch {
    return false;
  }
}

/** What a run that was killed together with its reaper has left. */
function sweep() {
  const places = [os.tmpdir(), memory].filter((place) => existsSync(place));
  for (const dir of places.flatMap((place) => readdirSync(place).map((name) => path.join(place, name)))) {
    if (!path.basename(dir).startsWith('digilist-test-')) continue;
    const file = path.join(dir, 'run.pid');
    if (dir !== workDir && existsSync(file) && !readPidFile(file)) {
      const left = readPidFile(path.join(dir, 'postgres.pid'));
      if (left) {
        try {
          process.kill(left.pid, 'SIGQUIT');
        } catch {
          // gone
        }
      }
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

try {
  checkTools();
  await install();
  if (!only.length) await build(); // else turbo builds what those tests need

  if (!only.length) {
    await check('types of the specs', () =>
      step('typecheck', 'pnpm', ['exec', 'turbo', 'run', 'typecheck', '--continue', '--output-logs=errors-only'], {
        env: turboEnv(),
      }),
    );
    await check('format and lint (biome)', () =>
      step('biome', 'pnpm', ['exec', 'biome', 'check', '--colors=off', '--max-diagnostics=50', '.'], {
        hint: 'pnpm exec biome check --write . repairs most.',
      }),
    );
    await check('containers and continuous integration', () =>
      step('validate-deploy', process.execPath, [path.join(root, 'scripts/validate-deploy.mjs')]),
    );
  }

  if (!interrupted) {
    const postgres = await startPostgres({
      dataDir: path.join(workDir, 'postgres'),
      settings: testSettings,
      pidFile: path.join(workDir, 'postgres.pid'),
    });
    stops.push(() => postgres.stop());
    say(`PostgreSQL for this run: port ${postgres.port}`);
    const nats = await findNatsServer({ log: say });
    const totals = path.join(workDir, 'totals.jsonl');
    writeFileSync(totals, '');
    const reporter = path.join(root, 'scripts/lib/jest-totals.cjs');
    let tests;
    try {
      await step(
        'tests',
        'pnpm',
        [
          ...[
            'exec',
            'turbo',
            'run',
            'test',
            '--concurrency=1',
            '--continue',
            '--output-logs=new-only',
            '--log-order=stream',
            '--env-mode=loose',
            ...only,
            '--',
          ],
          ...['--reporters=default', `--reporters=${reporter}`],
          ...match,
        ],
        {
          env: {
            ...turboEnv(),
            TEST_POSTGRES_URL: postgres.url,
            TEMPORARY_DATA_DIR: workDir,
            NATS_SERVER_BIN: nats,
            TEST_TOTALS_FILE: totals,
            FORCE_COLOR: process.env.FORCE_COLOR ?? '0',
          },
          show: true,
        },
      );
    } catch (error) {
      tests = error;
    }
    const lines = readFileSync(totals, 'utf8')
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    let fromTests = 0;
    let suitesFailed = 0;
    console.log('');
    for (const line of lines) {
      passed += line.passed;
      failed += line.failed;
      fromTests += line.passed + line.failed;
      suitesFailed += line.failed;
      failures.push(...line.failures.map((f) => f.replace(`${root}/`, '')));
      if (line.passed + line.failed + line.skipped > 0) {
        const skipped = line.skipped ? `, ${line.skipped} skipped` : '';
        console.log(
          `  ${path.relative(root, line.cwd).padEnd(28)} ${String(line.passed).padStart(5)} passed, ${line.failed} failed${skipped}  (${line.seconds.toFixed(1)} s)`,
        );
      }
    }
    if (tests && suitesFailed === 0) {
      failed++;
      failures.push(`the test run itself: ${tests.message}`);
    }
    if (fromTests === 0) {
      failed++;
      failures.push('not one test ran');
    }
  }
} catch (error) {
  if (!interrupted) {
    fail(error instanceof Error ? error : new Refusal(String(error)));
    failed++;
    failures.push(error.message);
  }
}
await stopAll();
if (interrupted) failed++;
if (failures.length) console.log(`\nFailed:\n${failures.map((f) => `  - ${f}`).join('\n')}`);
say('finished');
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
