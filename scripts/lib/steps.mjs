// What `npm start` and `npm test` share: saying what happens, installing, building.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''); // not import.meta.dirname: an old Node is to be told so;
const began = performance.now();

export const say = (line) => console.log(`[${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s] ${line}`);

/** An error whose message is meant for the person at the terminal: no stack is shown. */
export class Refusal extends Error {}

export function checkTools() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 20)) {
    throw new Refusal(
      `Node ${process.versions.node} is too old: install Node 20.20 or newer and run the command again.`,
    );
  }
  if (spawnSync('pnpm', ['--version']).status !== 0) {
    throw new Refusal('pnpm is not on PATH: run this through npm (npm start, npm test), which brings it along.');
  }
}

const running = new Set();
export const killSteps = (signal = 'SIGTERM') => {
  for (const child of running) child.kill(signal);
};

/**
 * Runs a command and waits for it. Its output is kept back and shown only when it fails; a long step says every few
 * seconds that it is still at work. `show: true` passes the output on.
 */
export async function step(what, command, args, { cwd = root, env = process.env, show = false, hint } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-20_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const since = Date.now();
  const beat = setInterval(() => {
    if (show) return;
    const last = output.trimEnd().split('\n').at(-1)?.trim().slice(0, 90);
    say(`${what}: still at work after ${Math.round((Date.now() - since) / 1000)} s${last ? ` (${last})` : ''}`);
  }, 5_000);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(-1);
    });
    child.once('close', (status, signal) => resolve(status ?? signal));
  });
  clearInterval(beat);
  running.delete(child);
  if (code !== 0) {
    const error = new Refusal(`${what} failed (${command} ${args.join(' ')}: ${code}).${hint ? ` ${hint}` : ''}`);
    error.output = output.trimEnd();
    throw error;
  }
  return output;
}

export const turboEnv = () => ({ ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' });

/** Every workspace manifest: the folders of pnpm-workspace.yaml, one level deep. */
export function manifests() {
  const found = [path.join(root, 'package.json')];
  for (const group of ['apps', 'packages', 'packages/contracts', 'tests', 'examples']) {
    const dir = path.join(root, group);
    if (!existsSync(dir)) continue;
    for (const name of readdirSync(dir).sort()) {
      const file = path.join(dir, name, 'package.json');
      if (existsSync(file)) found.push(file);
    }
  }
  return found;
}

/** Installs what the lockfile names, unless exactly that was installed before. */
export async function install() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [path.join(root, 'pnpm-lock.yaml'), path.join(root, 'pnpm-workspace.yaml'), ...manifests()]) {
    hash.update(path.relative(root, file)).update(readFileSync(file));
  }
  const wanted = hash.digest('hex');
  const stamp = path.join(root, 'node_modules/.installed-for');
  const complete = manifests().every((file) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(file, 'utf8'));
    const first = Object.keys({ ...dependencies, ...devDependencies })[0];
    return !first || existsSync(path.join(path.dirname(file), 'node_modules', first));
  });
  if (complete && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
    return say('packages: as the lockfile has them');
  say('packages: installing (the first time takes some tens of seconds)');
  await step('install', 'pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], {
    hint: 'Is the npm registry reachable? After a change of a package.json run "pnpm install" once.',
  });
  writeFileSync(stamp, wanted);
  say('packages: installed');
}

export async function build() {
  const output = await step('build', 'pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], {
    env: turboEnv(),
  });
  const cached = /Cached:\s+(\d+) cached, (\d+) total/.exec(output);
  say(cached && cached[1] === cached[2] ? 'build: nothing changed' : 'build: done');
}

export function fail(error) {
  if (error.output) console.error(`\n${error.output}\n`);
  console.error(error instanceof Refusal || !process.env.DEBUG ? error.message : error.stack);
}
