// A real nats-server with JetStream: found or fetched, started with the shipped configuration, prepared by the admin step.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { infra, local, temporaryFolder } from './places.mjs';
import { isPortFree, removeAtEnd, removeNow, sleep, startProcess, tail, until } from './processes.mjs';

/** Below 2.12 there are no atomic batches; below 2.12.7 and 2.14.0 there are known holes. */
export const acceptable = ([major, minor, patch]) =>
  major > 2 || (major === 2 && (minor > 13 || (minor === 12 && patch >= 7)));
export const NATS_MIN = '2.12.7';

export function natsVersion(bin) {
  const out = spawnSync(bin, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return /v(\d+)\.(\d+)\.(\d+)/.exec(out)?.slice(1).map(Number);
}
const usable = (bin) => {
  const version = natsVersion(bin);
  return version !== undefined && acceptable(version);
};

const RELEASE = {
  version: '2.15.0',
  // As published with the official image.
  'linux-x64': ['amd64', '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92'],
  'linux-arm64': ['arm64', 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112'],
};

/** Runs a command without blocking the process (and its signals). */
const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], ...options });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.once('error', () => resolve({ status: -1, stdout }));
    child.once('close', (status) => resolve({ status, stdout }));
  });

async function fromRelease(into, work) {
  const [arch, sha256] = RELEASE[`${process.platform}-${process.arch}`] ?? [];
  if (!sha256) return undefined;
  const name = `nats-server-v${RELEASE.version}-linux-${arch}`;
  const archive = path.join(work, 'nats.tar.gz');
  const url = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE.version}/${name}.tar.gz`;
  const got = await run('curl', [
    '-fsSL',
    '--proto',
    '=https',
    '--connect-timeout',
    '5',
    '--max-time',
    '90',
    '-o',
    archive,
    url,
  ]);
  if (got.status !== 0) return undefined; // no curl, or no way out: the next source
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (sum !== sha256)
    throw new Error(
      `${url} has another checksum than the pinned one (${sum}): it was not used. Install nats-server ≥ ${NATS_MIN} yourself, or set NATS_SERVER_BIN.`,
    );
  const unpacked = await run('tar', ['-xzf', archive, '-C', work, '--strip-components=1', `${name}/nats-server`]);
  if (unpacked.status !== 0 || !usable(path.join(work, 'nats-server'))) return undefined;
  renameSync(path.join(work, 'nats-server'), into);
  return `official release ${RELEASE.version}`;
}

/** Unpacks Debian's package into the cache: needs no root and changes nothing in the system; apt checks the signature. */
async function fromDebian(into, work) {
  const sources = (await run('apt-get', ['--print-uris', 'update'])).stdout;
  const site = /'(\S+\/debian)\/dists\//.exec(sources)?.[1];
  if (!site) return undefined;
  const asRoot = process.getuid?.() === 0 && spawnSync('unshare', ['-U', '--', 'true']).status === 0;
  for (const suite of ['forky', 'sid']) {
    const dir = path.join(work, suite);
    for (const d of ['lists/partial', 'archives/partial']) mkdirSync(path.join(dir, d), { recursive: true });
    writeFileSync(
      path.join(dir, 'sources.list'),
      `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${site} ${suite} main\n`,
    );
    const options = [
      `Dir::Etc::sourcelist=${dir}/sources.list`,
      'Dir::Etc::sourceparts=-',
      `Dir::State::lists=${dir}/lists`,
      `Dir::Cache=${dir}`,
      `Dir::Cache::archives=${dir}/archives`,
      'Acquire::Languages=none',
      'Debug::NoLocking=1',
    ].flatMap((o) => ['-o', o]);
    const apt = async (...args) => {
      const [command, all] = asRoot
        ? ['unshare', ['-U', '--', 'apt-get', ...options, ...args]]
        : ['apt-get', [...options, ...args]];
      return (await run(command, all, { cwd: dir })).status === 0;
    };
    if (!(await apt('update')) || !(await apt('download', 'nats-server'))) continue;
    const deb = readdirSync(dir).find((f) => f.startsWith('nats-server_'));
    if (!deb || (await run('dpkg', ['-x', path.join(dir, deb), path.join(dir, 'x')])).status !== 0) continue;
    const bin = path.join(dir, 'x/usr/sbin/nats-server');
    if (!usable(bin)) continue;
    renameSync(bin, into);
    return `Debian ${suite}`;
  }
  return undefined;
}

/**
 * The path of a nats-server that is new enough: NATS_SERVER_BIN, PATH, the cache, else fetched into the cache.
 * Any number of processes may ask at the same time; one fetches, the others wait.
 */
export async function findNatsServer({ log = () => {} } = {}) {
  const given = process.env.NATS_SERVER_BIN;
  if (given) {
    if (usable(given)) return given;
    throw new Error(
      `NATS_SERVER_BIN=${given} is not a nats-server ≥ ${NATS_MIN}: point it at one, or unset it to have one fetched.`,
    );
  }
  const cache = path.join(local, 'nats');
  const cached = path.join(cache, 'nats-server');
  for (const bin of ['nats-server', '/usr/sbin/nats-server', '/usr/local/bin/nats-server', cached]) {
    if ((bin === 'nats-server' || existsSync(bin)) && usable(bin)) return bin;
  }
  mkdirSync(cache, { recursive: true });
  const lock = path.join(cache, 'fetching');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (existsSync(cached) && usable(cached)) return cached;
      try {
        if (Date.now() - statSync(lock).mtimeMs > 180_000) rmSync(lock, { recursive: true, force: true });
      } catch {
        // the other one has just finished
      }
      await sleep(200);
    }
  }
  const work = mkdtempSync(path.join(cache, 'work-'));
  chmodSync(work, 0o755);
  try {
    if (existsSync(cached) && usable(cached)) return cached;
    log('nats-server: none here, fetching one (some seconds)');
    const source = (await fromRelease(cached, work)) ?? (await fromDebian(cached, work));
    if (!source) {
      throw new Error(
        `There is no nats-server ≥ ${NATS_MIN} and none could be fetched: install it and put it on PATH, set NATS_SERVER_BIN to its path, or give a running one by NATS_URL.`,
      );
    }
    log(`nats-server: ${natsVersion(cached).join('.')} from ${source}, kept in .local/nats`);
    return cached;
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(lock, { recursive: true, force: true });
  }
}

/** The users of infra/nats/nats-server.conf; the password of each comes from NATS_<USER>_PASSWORD. */
export const NATS_USERS = ['sys', 'platform', 'platform_admin', 'digilist', 'digilist_admin', 'gateway', 'subscriber'];

export const passwordVariable = (user) => `NATS_${user.toUpperCase()}_PASSWORD`;

/** Starts with a letter, letters and digits only: the server reads it as a configuration value. */
export const newPassword = () => `p${randomBytes(18).toString('hex')}`;

export const newNatsCredentials = (users = NATS_USERS) =>
  Object.fromEntries(users.map((user) => [user, { user, password: newPassword() }]));

/** The configuration as it ships. */
export const NATS_CONFIG = path.join(infra, 'nats/nats-server.conf');

/**
 * Starts nats-server with the shipped configuration. Without a port it picks free ones and keeps them over restarts.
 * `flags` come on top of those for addresses and the store.
 */
export async function startNatsServer({
  storeDir,
  port,
  monitorPort,
  credentials = newNatsCredentials(),
  config = NATS_CONFIG,
  flags = [],
  logFile,
  pidFile,
  log = () => {},
} = {}) {
  const bin = await findNatsServer({ log });
  const base = storeDir ? undefined : temporaryFolder('local-nats-');
  if (base) removeAtEnd(base);
  storeDir ??= path.join(base, 'data');
  logFile ??= path.join(base ?? path.dirname(storeDir), 'nats.log');
  const portsDir = temporaryFolder('local-nats-ports-');
  removeAtEnd(portsDir);
  const env = { ...process.env };
  for (const [user, { password }] of Object.entries(credentials)) env[passwordVariable(user)] = password;
  let server;
  let ports = { port: port ?? -1, monitor: monitorPort ?? -1 };

  async function launch() {
    for (const file of readdirSync(portsDir)) rmSync(path.join(portsDir, file));
    const args = [
      '-c',
      config,
      '-a',
      '127.0.0.1',
      '-p',
      String(ports.port),
      '-m',
      String(ports.monitor),
      '-sd',
      storeDir,
      '--ports_file_dir',
      portsDir,
      ...flags,
    ];
    server = await startProcess({ name: 'nats-server', command: bin, args, env, logFile, pidFile });
    const file = path.join(portsDir, `nats-server_${server.pid}.ports`);
    const portsFile = () =>
      readdirSync(portsDir)
        .map((f) => path.join(portsDir, f))
        .find((f) => f.endsWith('.ports')) ?? file;
    const listening = await until(
      'nats-server',
      () => {
        const text = readFileSync(portsFile(), 'utf8');
        const { nats, monitoring } = JSON.parse(text);
        return nats?.[0] && monitoring?.[0] ? { nats: nats[0], monitoring: monitoring[0] } : undefined;
      },
      {
        within: 30_000,
        every: 15,
        alive() {
          if (server.isRunning()) return;
          throw new Error(`nats-server ended at once:\n${tail(logFile, 4)}`);
        },
      },
    ).catch(async (error) => {
      await server.stop();
      for (const wanted of [ports.port, ports.monitor]) {
        if (wanted > 0 && !(await isPortFree(wanted))) {
          throw new Error(
            `Port ${wanted} is in use, nats-server cannot have it: stop what listens there, or choose another with NATS_PORT or NATS_MONITOR_PORT.`,
          );
        }
      }
      throw error;
    });
    ports = { port: Number(new URL(listening.nats).port), monitor: Number(new URL(listening.monitoring).port) };
    const varz = await until(
      'nats-server monitoring',
      async () => (await fetch(`http://127.0.0.1:${ports.monitor}/varz`)).json(),
      { within: 10_000 },
    );
    if (varz.jetstream?.config?.sync_always !== true) {
      await server.stop();
      throw new Error(
        'nats-server runs without "sync_interval: always", so an acknowledged event could be lost: check infra/nats/nats-server.conf.',
      );
    }
    return varz;
  }
  const varz = await launch();

  return {
    url: `nats://127.0.0.1:${ports.port}`,
    monitorUrl: `http://127.0.0.1:${ports.monitor}`,
    port: ports.port,
    monitorPort: ports.monitor,
    version: varz.version,
    credentials,
    storeDir,
    logFile,
    get pid() {
      return server.pid;
    },
    get ended() {
      return server.ended;
    },
    isRunning: () => server.isRunning(),
    kill: (signal = 'SIGKILL') => server.kill(signal),
    async restart() {
      await server.stop();
      await launch();
    },
    async stop() {
      await server.stop();
      removeNow(portsDir);
      if (base) removeNow(base);
    },
  };
}
