import { parse } from 'yaml';
import { APPS, expectOwnSettings } from './apps.mjs';
import { expectSettings } from './settings.mjs';
import { Findings } from './tree.mjs';

const FILE = 'docker-compose.yml';
const EXAMPLE = 'infra/compose.env.example';
const DATABASES = ['platform-db', 'digilist-db'];
const NATS = ['nats-1', 'nats-2', 'nats-3'];
const WATCHING = ['otel-collector', 'prometheus', 'tempo', 'grafana'];

/** docker-compose.yml: complete, and in accord with the files it names and with what the apps ask for. */
export function checkCompose(tree) {
  const findings = new Findings();
  const expect = (ok, finding) => findings.expect(ok, `${FILE}: ${finding}`);
  const compose = parse(tree.read(FILE), { merge: true });
  const services = compose.services ?? {};
  const wanted = [...DATABASES, ...NATS, 'mail', ...Object.keys(APPS), ...WATCHING];
  for (const name of wanted) expect(services[name], `service ${name} is missing`);
  for (const name of wanted.filter((one) => services[one] && !WATCHING.includes(one))) {
    const { healthcheck, build } = services[name];
    const inImage = build && /^HEALTHCHECK (?!NONE)/m.test(tree.read(build.dockerfile));
    expect(healthcheck || inImage, `${name} has no health check, neither here nor in its image`);
  }
  for (const [name, service] of Object.entries(services)) checkService(tree, expect, compose, name, service);
  for (const name of WATCHING)
    expect(services[name]?.profiles?.includes('observability'), `${name} must be of the profile observability`);
  for (const name of wanted.filter((one) => !WATCHING.includes(one)))
    expect(!services[name]?.profiles, `${name} must start without a profile`);
  checkVariables(tree, expect);
  checkDatabases(tree, expect, services);
  checkCluster(tree, expect, services);
  checkApps(tree, findings, services);
  return findings;
}

function checkService(tree, expect, compose, name, service) {
  const { services, volumes } = compose;
  expect(service.image || service.build, `${name} has neither image nor build`);
  if (service.image && !service.build)
    expect(/:[\w.-]*\d/.test(service.image), `${name} uses ${service.image} without a version`);
  if (service.build)
    expect(
      tree.exists(service.build.dockerfile),
      `${name} is built from ${service.build.dockerfile}, which does not exist`,
    );
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
    expect(services[other], `${name} waits for ${other}, which does not exist`);
    expect(
      !services[other]?.profiles || service.profiles,
      `${name} waits for ${other}, which does not start without its profile`,
    );
    if (condition === 'service_healthy')
      expect(services[other]?.healthcheck, `${name} waits until ${other} is healthy, but it has no health check`);
    if (condition === 'service_completed_successfully')
      expect(services[other]?.restart === 'no', `${name} waits for the end of ${other}, which restarts`);
  }
  for (const mount of service.volumes ?? []) {
    const [from] = mount.split(':');
    if (from.startsWith('.')) expect(tree.exists(from), `${name} mounts ${from}, which does not exist`);
    else expect(volumes?.[from] !== undefined, `${name} uses the volume ${from}, which is not declared`);
  }
}

function checkVariables(tree, expect) {
  const example = new Set([...tree.read(EXAMPLE).matchAll(/^([A-Z0-9_]+)=/gm)].map((m) => m[1]));
  for (const [, name, fallback] of tree.read(FILE).matchAll(/(?<!\$)\$\{([A-Z0-9_]+)(:?[-?][^}]*)?\}/g))
    expect(
      example.has(name) || fallback?.includes('-'),
      `\${${name}} is neither in ${EXAMPLE} nor has a default: add it to one of them`,
    );
}

function checkDatabases(tree, expect, services) {
  const read = [...tree.read('infra/postgres/bootstrap.sh').matchAll(/\$([A-Z]+_PASSWORD|BOOTSTRAP_CONTEXT)/g)];
  for (const db of DATABASES) {
    expect(services[db]?.image === 'postgres:18', `${db} must be postgres:18`);
    for (const [, name] of read)
      expect(services[db]?.environment?.[name], `${db} is not given ${name}, which bootstrap.sh reads`);
    const mounts = (services[db]?.volumes ?? []).map((mount) => mount.split(':')[1]);
    for (const place of ['/var/lib/postgresql', '/wal-archive'])
      expect(mounts.includes(place), `${db} keeps nothing at ${place}: mount a volume there`);
  }
}

function checkCluster(tree, expect, services) {
  const variables = [...tree.read('infra/nats/nats-server.conf').matchAll(/\$(NATS_[A-Z_]+)/g)].map((m) => m[1]);
  for (const node of NATS) {
    const { environment, command = [], volumes = [] } = services[node] ?? {};
    for (const name of new Set(variables))
      expect(environment?.[name], `${node} is not given ${name}, which nats-server.conf reads`);
    expect(command.includes(`--name=${node}`), `${node} must say its own name: --name=${node}`);
    const routes = command.find((flag) => flag.startsWith('--routes=')) ?? '';
    const others = NATS.filter((other) => !routes.includes(`@${other}:6222`));
    expect(others.length === 0, `${node} has no route to ${others.join(', ')}`);
    expect(
      volumes.some((mount) => mount === `${node}-data:/data`),
      `${node} must keep its own store: ${node}-data:/data`,
    );
  }
  expect(
    services['nats-streams']?.environment?.NATS_REPLICAS === String(NATS.length),
    `nats-streams must put streams on all ${NATS.length} nodes: NATS_REPLICAS: '${NATS.length}'`,
  );
}

function checkApps(tree, findings, services) {
  const values = Object.fromEntries(
    [...tree.read(EXAMPLE).matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value || 'given']),
  );
  const asked = [];
  for (const app of Object.keys(APPS)) {
    const environment = services[app]?.environment ?? {};
    expectOwnSettings(findings, FILE, app, Object.keys(environment));
    asked.push({ where: FILE, app, program: 'main', environment: interpolated(environment, values) });
    const migration = services[app.replace('service', 'migrate')];
    if (app !== 'gateway' && migration)
      asked.push({
        where: FILE,
        app,
        program: 'migrate',
        environment: interpolated(migration.environment ?? {}, values),
      });
  }
  expectSettings(findings, tree.root, asked);
}

/** As compose does it: ${X}, ${X:-default}, ${X:?message}. */
const interpolated = (environment, values) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, text]) => [
      name,
      String(text).replace(/\$\{([A-Z0-9_]+)(?::?[-?]([^}]*))?\}/g, (whole, variable, fallback = '') =>
        values[variable] !== undefined ? values[variable] : whole.includes(':-') ? fallback : '',
      ),
    ]),
  );
