import { APPS, expectOwnSettings } from '../apps.mjs';
import { expectSettings } from '../settings.mjs';

/** Where the operator reads which secrets there must be. */
export const SECRETS_DOC = 'docs/operations/kubernetes.md';

/** Not in the Cluster: PostgreSQL does it by itself, or CloudNativePG decides it. */
const LEFT_OUT = new Set(['fsync', 'synchronous_commit', 'full_page_writes', 'password_encryption']);
/** Only where WAL is archived: compose says it by a flag. */
const ARCHIVING = new Set(['archive_timeout']);
/** Sized by the machine. */
const SIZED = new Set(['shared_buffers', 'effective_cache_size', 'maintenance_work_mem']);

/** What the containers are told: settings that their apps ask for, secrets that the operator is told of. */
export function expectConfiguration(findings, tree, where, objects, pods) {
  const containers = pods.flatMap(({ name, pod, object }) =>
    (pod?.containers ?? []).map((container) => ({ name, pod, object, container })),
  );
  const asked = [];
  for (const { name, pod, container } of containers) {
    const environment = environmentOf(objects, container);
    const migration = name.endsWith('-migration');
    const app = migration ? name.replace('migration', 'service') : name;
    if (!(app in APPS)) continue;
    if (!migration) {
      expectOwnSettings(findings, where, app, Object.keys(environment));
      expectTimeToStop(findings, where, app, pod, environment);
      const port = environment.GATEWAY_PORT ?? environment.HEALTH_PORT;
      findings.expect(
        String(container.ports[0].containerPort) === port,
        `${where}: ${app} listens on ${port}, and its container says ${container.ports[0].containerPort}`,
      );
    }
    asked.push({ where, app, program: migration ? 'migrate' : 'main', environment });
  }
  for (const app of Object.keys(APPS))
    findings.expect(
      asked.some((one) => one.app === app),
      `${where}: ${app} is not deployed`,
    );
  expectSecrets(findings, tree, where, objects, containers);
  expectServers(findings, tree, where, objects, containers);
  return asked;
}

export const expectAllSettings = (findings, tree, asked) => expectSettings(findings, tree.root, asked);

function environmentOf(objects, { envFrom = [], env = [] }) {
  const map = (name) => objects.find((one) => one.kind === 'ConfigMap' && one.metadata.name === name)?.data ?? {};
  return Object.assign(
    {},
    ...envFrom.map(({ configMapRef }) => map(configMapRef.name)),
    ...env.map(({ name, value, valueFrom }) =>
      valueFrom?.secretKeyRef?.optional ? {} : { [name]: value ?? 'from-elsewhere' },
    ),
  );
}

function expectTimeToStop(findings, where, app, pod, { GATEWAY_DRAIN_MS = '0', SHUTDOWN_MS = '10000' }) {
  const needed = (Number(GATEWAY_DRAIN_MS) + Number(SHUTDOWN_MS)) / 1_000 + 15;
  findings.expect(
    pod.terminationGracePeriodSeconds >= needed,
    `${where}: ${app} may take ${needed} s to stop, and is killed after ${pod.terminationGracePeriodSeconds} s`,
  );
}

function expectSecrets(findings, tree, where, objects, containers) {
  findings.expect(
    objects.every(({ kind }) => kind !== 'Secret'),
    `${where}: a secret stands in the repository: name it only, and let the operator make it`,
  );
  const doc = tree.exists(SECRETS_DOC) ? tree.read(SECRETS_DOC) : '';
  const documented = new Map(
    [...doc.matchAll(/^\| `([\w-]+)`\s*\|(.*?)\|/gm)].map(([, name, keys]) => [
      name,
      new Set([...keys.matchAll(/`([\w.-]+)`/g)].map(([, key]) => key)),
    ]),
  );
  const used = new Map();
  const use = (name, key) => used.set(name, (used.get(name) ?? new Set()).add(key));
  for (const { container } of containers)
    for (const { valueFrom } of container.env ?? [])
      if (valueFrom?.secretKeyRef) use(valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
  for (const { kind, spec } of objects) {
    if (kind === 'Cluster') use(spec.bootstrap.initdb.secret.name, 'username');
    if (kind === 'ObjectStore')
      for (const { name, key } of Object.values(spec.configuration.s3Credentials)) use(name, key);
    if (kind === 'Ingress') for (const { secretName } of spec.tls) use(secretName, 'tls.crt');
  }
  for (const [name, keys] of used) {
    if (/-db-superuser$/.test(name)) continue; // made by CloudNativePG
    for (const key of keys)
      findings.expect(
        documented.get(name)?.has(key),
        `${where}: ${SECRETS_DOC} does not tell of ${key} of the secret ${name}`,
      );
  }
  for (const name of documented.keys())
    findings.expect(used.has(name), `${where}: ${SECRETS_DOC} asks for the secret ${name}, which nothing uses`);
}

function expectServers(findings, tree, where, objects, containers) {
  const settings = new Map(
    [...tree.read('infra/postgres/postgresql.conf').matchAll(/^(\w+)\s*=\s*(\S+)/gm)].map(([, name, value]) => [
      name,
      value.replaceAll("'", ''),
    ]),
  );
  for (const { metadata, spec } of objects.filter(({ kind }) => kind === 'Cluster')) {
    const { parameters } = spec.postgresql;
    for (const [name, value] of settings)
      findings.expect(
        LEFT_OUT.has(name) || (SIZED.has(name) ? name in parameters : parameters[name] === value),
        `${where}: ${metadata.name} has ${name} = ${parameters[name]}, and infra/postgres/postgresql.conf ${value}`,
      );
    for (const name of Object.keys(parameters))
      findings.expect(
        settings.has(name) || ARCHIVING.has(name),
        `${where}: ${metadata.name} sets ${name}, which infra/postgres/postgresql.conf does not`,
      );
  }
  const given = (name) =>
    new Set(containers.filter((one) => one.name === name).flatMap(({ container }) => container.env.map((e) => e.name)));
  const nats = given('nats');
  for (const [, name] of tree.read('infra/nats/nats-server.conf').matchAll(/\$(NATS_[A-Z_]+)/g))
    findings.expect(nats.has(name), `${where}: nats is not given ${name}, which nats-server.conf reads`);
  for (const [, name] of tree
    .read('infra/postgres/bootstrap.sh')
    .matchAll(/\$\{?([A-Z]+_(?:PASSWORD|CONTEXT|USER|DB))/g))
    for (const job of ['platform-db-bootstrap', 'digilist-db-bootstrap'])
      findings.expect(given(job).has(name), `${where}: ${job} is not given ${name}, which bootstrap.sh reads`);
  const nodes = objects.find(({ kind }) => kind === 'StatefulSet');
  const routes = nodes.spec.template.spec.containers[0].args.find((flag) => flag.startsWith('--routes='));
  for (let n = 0; n < nodes.spec.replicas; n++)
    findings.expect(
      routes.includes(`@nats-${n}.nats-nodes:6222`),
      `${where}: no node of NATS has a route to nats-${n}`,
    );
  const replicas = containers
    .find(({ name }) => name === 'nats-streams')
    ?.container.env.find((e) => e.name === 'NATS_REPLICAS');
  findings.expect(
    replicas?.value === String(nodes.spec.replicas),
    `${where}: streams are to lie on ${replicas?.value} nodes, and there are ${nodes.spec.replicas}`,
  );
}
