import { execFile, execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { local, readPidFile, root, sleep, writePidFile } from '@kit/local-servers';

const run = promisify(execFile);

/** Kept between runs, and never in git: a commit does not change. */
const FOLDER = path.join(local, 'releases');
const OUTPUT_BYTES = 64 * 1024 * 1024;

export const git = (...args: string[]): string => gitIn(root, ...args);

export const gitIn = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Whether the commit is here, or why it cannot be: a clone that was made shallow has no past. */
export function availability(commit: string, clone = root): 'here' | 'shallow clone' | 'unknown commit' {
  try {
    gitIn(clone, 'cat-file', '-e', `${commit}^{commit}`);
    return 'here';
  } catch {
    return gitIn(clone, 'rev-parse', '--is-shallow-repository') === 'true' ? 'shallow clone' : 'unknown commit';
  }
}

/**
 * A commit as it was, installed and built, in a folder of its own. Built once, by whoever comes first; the others wait.
 * Gives the folder.
 */
export async function checkoutOf(commit: string): Promise<string> {
  const folder = path.join(FOLDER, commit);
  const built = path.join(folder, '.built');
  const lock = path.join(FOLDER, `${commit}.pid`);
  mkdirSync(FOLDER, { recursive: true });
  while (!existsSync(built)) {
    if (take(lock)) {
      try {
        await build(commit, folder);
        writeFileSync(built, `${new Date().toISOString()}\n`);
      } finally {
        rmSync(lock, { force: true });
      }
    } else await sleep(200);
  }
  return folder;
}

/** The lock of a process that is gone is removed, and can be taken the next time. */
function take(lock: string): boolean {
  const mine = `${lock}.${process.pid}`;
  writePidFile(mine, process.pid);
  try {
    linkSync(mine, lock);
    return true;
  } catch {
    if (!readPidFile(lock)) rmSync(lock, { force: true });
    return false;
  } finally {
    rmSync(mine);
  }
}

async function build(commit: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = path.join(FOLDER, `${commit}.tar`);
  git('archive', '--format=tar', `--output=${archive}`, commit);
  await run('tar', ['-xf', archive, '-C', folder]);
  rmSync(archive);
  await pnpm(folder, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only');
  const wanted = ['./apps/*', '@tests/journeys^...', '@examples/demo'].map((filter) => `--filter=${filter}`);
  await pnpm(folder, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...wanted);
}

/** With the pnpm that the commit was made with. */
async function pnpm(folder: string, ...args: string[]): Promise<void> {
  const { packageManager } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  try {
    await run('npm', ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', ...args], {
      cwd: folder,
      env,
      maxBuffer: OUTPUT_BYTES,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `pnpm ${args.slice(0, 4).join(' ')} failed in ${path.relative(root, folder)}. Delete the folder and try again; ` +
        `is the npm registry reachable?\n${stdout ?? ''}${stderr ?? ''}`.slice(-6_000),
    );
  }
}
