// npm start [-- --fresh]: install, build, PostgreSQL, NATS, mail catcher, migrations, the three apps, the demo; then runs
// until Ctrl-C and stops everything in reverse. All it keeps is in .local: data, keys, ports, logs.
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  archiveSettings,
  bootstrapDatabase,
  createStreams,
  endLeftovers,
  freePort,
  isPortFree,
  NATS_USERS,
  newNatsCredentials,
  newPassword,
  passwordVariable,
  readPidFile,
  sleep,
  startMailCatcher,
  startNatsServer,
  startPostgres,
  startProcess,
  tail,
  writePidFile,
} from '../packages/local-servers/src/index.mjs';
import { build, checkTools, fail, install, killSteps, Refusal, root, say, step } from './lib/steps.mjs';

const local = path.join(root, '.local');
const at = (...parts) => path.join(local, ...parts);
const shown = (file) => path.relative(root, file);
const fresh = process.argv.includes('--fresh') || process.env.npm_config_fresh === 'true';
const env = process.env;

// ---- ending: whatever happens, what was started is stopped in reverse

const stops = [];
let ending;
let code = 0;
let released = () => {};
const untilEnd = new Promise((resolve) => {
  released = resolve;
});

function end(exitCode, why) {
  if (ending) return ending;
  code = exitCode;
  if (why) say(why);
  ending = (async () => {
    killSteps();
    while (stops.length) {
      const stop = stops.pop();
      try {
        await stop();
      } catch (error) {
        console.error(`while stopping: ${error.message}`);
      }
    }
    rmSync(at('run/launcher.pid'), { force: true });
    say('stopped');
    released();
  })();
  return ending;
}
/** After each await of the start: has someone asked to end meanwhile? */
class Ended extends Error {}
const goOn = (value) => {
  if (ending) throw new Ended();
  return value;
};

let askedAt;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (askedAt === undefined) {
      askedAt = Date.now();
      void end(0, 'stopping');
    } else if (Date.now() - askedAt > 1_000) {
      // Impatient (npm passes one Ctrl-C on twice, hence the second): the reaper ends what is left.
      console.error('not waiting any longer');
      process.exit(130);
    }
  });
}
// npm runs this through a chain of processes. When one of them is killed, the rest would stay behind: so this ends too.
if (env.npm_command) {
  const chain = npmChain();
  setInterval(() => {
    if (chain.some(({ pid, parent }) => parentOf(pid) !== parent)) void end(1, 'npm is gone, stopping');
  }, 500).unref();
}

function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** From this process up to the outermost npm; without /proc just the own parent. */
function npmChain() {
  const links = [];
  let outermost = 1;
  for (let pid = process.pid; pid > 1; ) {
    const parent = parentOf(pid);
    if (!parent) break;
    links.push({ pid, parent });
    try {
      if (/\bnpm\b/.test(readFileSync(`/proc/${parent}/cmdline`, 'utf8'))) outermost = links.length;
    } catch {
      break;
    }
    pid = parent;
  }
  return links.slice(0, outermost);
}

// ---- one at a time

function takeLock() {
  mkdirSync(at('run'), { recursive: true });
  const file = at('run/launcher.pid');
  const mine = `${file}.${process.pid}`;
  writePidFile(mine, process.pid, { gateway: gatewayUrl() });
  try {
    for (;;) {
      try {
        linkSync(mine, file); // fails where it exists: of two starts at the same moment one gets it
        return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const other = readPidFile(file);
      if (other) {
        throw new Refusal(
          `npm start is already running in this checkout (process ${other.pid}, gateway ${other.gateway}): use that one, or stop it with Ctrl-C in its terminal or with: kill ${other.pid}`,
        );
      }
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}
const gatewayPort = Number(env.GATEWAY_PORT || 3000);
const gatewayUrl = () => `http://localhost:${gatewayPort}`;

// ---- keys and ports: made once, kept

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
function writeJson(file, value) {
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}

function takeKeys() {
  const roles = () => ({ app: newPassword(), migrator: newPassword(), system: newPassword() });
  const kept = readJson(at('keys.json')) ?? {};
  const keys = {
    postgres: newPassword(),
    roles: { platform: roles(), digilist: roles() },
    masterKey: randomBytes(32).toString('base64'),
    superAdminPassword: `Demo-${randomBytes(9).toString('base64url')}-1`,
    ...kept,
    nats: { ...newNatsCredentials(), ...kept.nats },
  };
  writeJson(at('keys.json'), keys);
  return keys;
}

const DEFAULT_PORTS = {
  postgres: ['POSTGRES_PORT', 15432],
  nats: ['NATS_PORT', 14222],
  natsMonitor: ['NATS_MONITOR_PORT', 18222],
  smtp: ['SMTP_PORT', 11025],
  mail: ['MAIL_PORT', 11080],
  platformHealth: ['PLATFORM_HEALTH_PORT', 13001],
  digilistHealth: ['DIGILIST_HEALTH_PORT', 13002],
};

async function takePorts() {
  if (!Number.isInteger(gatewayPort) || gatewayPort < 1 || gatewayPort > 65535) {
    throw new Refusal(`GATEWAY_PORT=${env.GATEWAY_PORT} is not a port number: choose one from 1 to 65535.`);
  }
  if (!(await isPortFree(gatewayPort)) || !(await isPortFree(gatewayPort, '::'))) {
    throw new Refusal(
      `Port ${gatewayPort} is in use, the gateway cannot have it: stop what listens there, or start with another, e.g. GATEWAY_PORT=${gatewayPort + 1} npm start`,
    );
  }
  const kept = readJson(at('ports.json')) ?? {};
  const ports = {};
  for (const [name, [variable, standard]] of Object.entries(DEFAULT_PORTS)) {
    if (env[variable]) {
      ports[name] = Number(env[variable]);
      if (!(await isPortFree(ports[name])))
        throw new Refusal(`Port ${ports[name]} (${variable}) is in use: stop what listens there, or choose another.`);
      continue;
    }
    ports[name] = kept[name] ?? standard;
    if (!(await isPortFree(ports[name]))) {
      const taken = ports[name];
      ports[name] = await freePort();
      say(`port ${taken} is in use, ${name} takes ${ports[name]} instead (${variable} fixes it)`);
    }
  }
  writeJson(at('ports.json'), ports);
  return ports;
}

// ---- what may come from outside

function external(context) {
  const prefix = `${context.toUpperCase()}_DATABASE`;
  const urls = {
    app: env[`${prefix}_URL`],
    migrator: env[`${prefix}_MIGRATOR_URL`],
    system: env[`${prefix}_SYSTEM_URL`],
  };
  const given = Object.values(urls).filter(Boolean).length;
  if (given === 0) return undefined;
  if (given < 3) {
    throw new Refusal(
      `An external database needs ${prefix}_URL, ${prefix}_MIGRATOR_URL and ${prefix}_SYSTEM_URL together: set the missing one, or unset all to use the embedded PostgreSQL. (infra/postgres/bootstrap.sql prepares a database.)`,
    );
  }
  return urls;
}

function externalNats() {
  if (!env.NATS_URL) return undefined;
  const missing = NATS_USERS.filter((user) => user !== 'sys' && !env[passwordVariable(user)]).map(passwordVariable);
  if (missing.length) {
    throw new Refusal(
      `NATS_URL is given, so its passwords are needed too: set ${missing.join(', ')}, or unset NATS_URL to have a nats-server started. (infra/nats/nats-server.conf is its configuration.)`,
    );
  }
  const credentials = Object.fromEntries(
    NATS_USERS.map((user) => [user, { user, password: env[passwordVariable(user)] ?? '' }]),
  );
  return { url: env.NATS_URL, credentials };
}

// ---- servers and apps

/** An end that nobody asked for ends everything. */
function watch(name, server, logFile) {
  void server.ended.then(({ code: exit, signal }) => {
    if (ending) return;
    const last = tail(logFile, 6);
    if (last) console.error(last);
    void end(
      1,
      `${name} ended unexpectedly (${signal ?? `exit ${exit}`}); its log is ${shown(logFile)}. Everything is being stopped; npm start begins again and keeps the data.`,
    );
  });
}

/** POSTGRES_ARCHIVE names a directory for WAL: what is restored from a backup can then be of any moment. */
function archiving() {
  if (!env.POSTGRES_ARCHIVE) return {};
  const directory = path.resolve(env.POSTGRES_ARCHIVE);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return archiveSettings(directory);
}

async function startServers(keys, ports, databases, nats) {
  const start = async (name, work, log) => {
    const server = await work;
    stops.push(() => server.stop());
    watch(name, server, log);
    return server;
  };
  const jobs = [];
  const result = {};
  if (!databases.platform || !databases.digilist) {
    jobs.push(async () => {
      const log = at('logs/postgres.log');
      const pg = await start(
        'PostgreSQL',
        startPostgres({
          dataDir: at('data/postgres'),
          port: ports.postgres,
          password: keys.postgres,
          settings: archiving(),
          logFile: log,
          pidFile: at('run/postgres.pid'),
          log: say,
        }),
        log,
      );
      for (const context of ['platform', 'digilist']) {
        databases[context] ??= await bootstrapDatabase(pg.url, context, context, keys.roles[context]);
      }
      say(`PostgreSQL: ready on port ${ports.postgres}, databases platform and digilist`);
    });
  }
  if (!nats) {
    jobs.push(async () => {
      const log = at('logs/nats.log');
      result.nats = await start(
        'nats-server',
        startNatsServer({
          storeDir: at('data/nats'),
          port: ports.nats,
          monitorPort: ports.natsMonitor,
          credentials: keys.nats,
          logFile: log,
          pidFile: at('run/nats.pid'),
          log: say,
        }),
        log,
      );
      say(`nats-server ${result.nats.version}: ready on port ${ports.nats}, every event is synced to disk`);
    });
  }
  if (!env.SMTP_URL) {
    jobs.push(async () => {
      const log = at('logs/mail.log');
      result.mail = await start(
        'SMTP catcher',
        startMailCatcher({
          smtpPort: ports.smtp,
          webPort: ports.mail,
          mailDir: at('data/mail'),
          logFile: log,
          pidFile: at('run/mail.pid'),
        }),
        log,
      );
      say(`SMTP catcher: ready, inbox at ${result.mail.url}`);
    });
  }
  return { jobs, result };
}

/** All are waited for, also when one fails: what the others started must be on the list of what to stop. */
async function together(jobs) {
  const settled = await Promise.allSettled(jobs.map((job) => job()));
  const failed = settled.find((s) => s.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The environment without anything that names one of our own settings: each app gets only its own. */
function baseEnv() {
  const own = /^(PLATFORM_|DIGILIST_|NATS_|SMTP_|MAIL_|POSTGRES_|GATEWAY_|HEALTH_PORT$|npm_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}

/** Prints errors that an app logs, a few at a time; everything is in the log. */
function followErrors(name, file) {
  let position = existsSync(file) ? statSync(file).size : 0;
  let budget = 5;
  let held = 0;
  let rest = '';
  const refill = setInterval(() => {
    if (held) say(`${name}: and ${held} more errors, see ${shown(file)}`);
    budget = 5;
    held = 0;
  }, 10_000);
  const look = setInterval(() => {
    let size;
    try {
      size = statSync(file).size;
    } catch {
      return;
    }
    if (size < position) position = 0;
    if (size === position) return;
    const buffer = Buffer.alloc(Math.min(size - position, 1_000_000));
    const fd = openSync(file, 'r');
    readSync(fd, buffer, 0, buffer.length, position);
    closeSync(fd);
    position += buffer.length;
    const lines = (rest + buffer.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = errorIn(line);
      if (!message) continue;
      if (budget-- > 0) console.error(`${name}: ${message.slice(0, 300)}`);
      else held++;
    }
  }, 1_000);
  refill.unref();
  look.unref();
}
function errorIn(line) {
  if (line.startsWith('{')) {
    if (!/"level":"?(50|60|error|fatal)"?[,}]/.test(line)) return undefined;
    try {
      const entry = JSON.parse(line);
      return (
        [entry.msg ?? entry.message, entry.err?.message ?? entry.error?.message].filter(Boolean).join(': ') || line
      );
    } catch {
      return line;
    }
  }
  return /^(\w*Error|node:|Uncaught|\(node:\d+\) (?!.*Experimental))/.test(line.trim()) ? line.trim() : undefined;
}

/** Settings of an app that were given from outside, by its prefix; never the migrator's login. */
const given = (prefix) =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith(prefix) && !name.endsWith('_MIGRATOR_URL')),
  );

async function startApp(folder, appEnv) {
  const logFile = at(`logs/${folder}.log`);
  followErrors(folder, logFile);
  const app = await startProcess({
    name: folder,
    command: process.execPath,
    args: ['--enable-source-maps', 'dist/main.js'],
    cwd: path.join(root, 'apps', folder),
    env: { ...baseEnv(), NODE_ENV: env.NODE_ENV ?? 'development', ...appEnv },
    logFile,
    pidFile: at(`run/${folder}.pid`),
  });
  watch(folder, app, logFile);
  return app;
}

async function untilReady() {
  const url = `http://127.0.0.1:${gatewayPort}/health/ready`;
  const since = Date.now();
  let lastSaid = since;
  let last = 'no answer yet';
  for (;;) {
    goOn();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
      if (response.ok) return;
      last = `${response.status} ${(await response.text()).slice(0, 200)}`;
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    if (Date.now() - lastSaid > 5_000) {
      lastSaid = Date.now();
      say(`waiting for ${url}: ${last}`);
    }
    if (Date.now() - since > 90_000)
      throw new Refusal(`The system was not ready within 90 s (${last}): see .local/logs/*.log`);
    await sleep(50);
  }
}

/** Of everything in the folders, and of the settings. */
function hashOf(folders, settings) {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name)).sort()) {
      if (file.endsWith('.js')) hash.update(file).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

// ---- the demo

async function demoAccounts() {
  const file = path.join(root, 'examples/demo/dist/accounts.js');
  if (!existsSync(file)) return undefined;
  const { demoAccounts: accounts } = await import(pathToFileURL(file).href);
  return Array.isArray(accounts) ? { tenants: accounts } : accounts;
}

function table(rows) {
  const width = Math.max(...rows.filter((r) => r.length > 1).map(([left]) => left.length));
  const line = '─'.repeat(78);
  const text = rows.map(([left, right]) =>
    right === undefined ? `\n  ${left}` : `    ${left.padEnd(width)}  ${right}`,
  );
  console.log(`\n${line}${text.join('\n')}\n${line}\n`);
}

// ---- the start

async function main() {
  checkTools();
  const databases = { platform: external('platform'), digilist: external('digilist') };
  const outsideNats = externalNats();
  takeLock();
  const leftovers = await endLeftovers(at('run'), { except: ['launcher'] });
  if (leftovers.length) say(`cleaned up after a start that was killed: ${leftovers.join(', ')}`);
  if (fresh) {
    for (const name of ['data', 'keys.json', 'ports.json', 'demo.json', 'logs'])
      rmSync(at(name), { recursive: true, force: true });
    const kept = [databases.platform && 'the external databases', outsideNats && 'the external NATS'].filter(Boolean);
    say(
      `--fresh: data, keys and ports in .local are gone${kept.length ? `; ${kept.join(' and ')} are left as they are` : ''}`,
    );
  }
  mkdirSync(at('logs'), { recursive: true });
  const keys = takeKeys();
  const ports = await takePorts();
  goOn();

  await install();
  goOn();
  const { jobs, result } = await startServers(keys, ports, databases, outsideNats);
  await together([build, ...jobs]);
  goOn();

  const nats = outsideNats ?? { url: result.nats.url, credentials: keys.nats };
  const accounts = await demoAccounts();
  const superAdmin = {
    email: env.PLATFORM_SUPER_ADMIN_EMAIL ?? accounts?.superAdmin?.email ?? 'super.admin@digilist.example',
    password: env.PLATFORM_SUPER_ADMIN_PASSWORD ?? accounts?.superAdmin?.password ?? keys.superAdminPassword,
  };
  const common = { ...baseEnv(), NODE_ENV: env.NODE_ENV ?? 'development', LOG_LEVEL: env.LOG_LEVEL ?? 'info' };
  const mailEnv = {
    SMTP_URL: env.SMTP_URL ?? result.mail.smtpUrl,
    MAIL_FROM: env.MAIL_FROM ?? 'Digilist <no-reply@digilist.example>',
  };
  const platformEnv = {
    PLATFORM_DATABASE_URL: databases.platform.app,
    PLATFORM_DATABASE_SYSTEM_URL: databases.platform.system,
    PLATFORM_SUPER_ADMIN_EMAIL: superAdmin.email,
    PLATFORM_SUPER_ADMIN_PASSWORD: superAdmin.password,
    PLATFORM_MASTER_KEY: env.PLATFORM_MASTER_KEY ?? keys.masterKey,
    PLATFORM_API_URL: env.PLATFORM_API_URL ?? gatewayUrl(),
    ...mailEnv,
  };
  const digilistEnv = {
    DIGILIST_DATABASE_URL: databases.digilist.app,
    DIGILIST_DATABASE_SYSTEM_URL: databases.digilist.system,
    DIGILIST_API_URL: env.DIGILIST_API_URL ?? gatewayUrl(),
    DIGILIST_BRREG_URL: env.DIGILIST_BRREG_URL ?? 'https://data.brreg.no',
    DIGILIST_MEDIA_FOLDER: env.DIGILIST_MEDIA_FOLDER ?? at('data/media'),
    DIGILIST_DEVELOPMENT_PAYMENTS: env.DIGILIST_DEVELOPMENT_PAYMENTS ?? String(env.NODE_ENV !== 'production'),
    ...mailEnv,
  };
  // The embedded databases change only by this launcher's migrations: when the code and the settings are those of the
  // last time, there is nothing to migrate.
  const migration = (folder, context, more) => async () => {
    const stamp = at(`data/migrated-${context}`);
    const wanted = hashOf(
      [path.join(root, 'apps', folder, 'dist'), path.join(root, 'packages/service-kit/dist')],
      more,
    );
    const embedded = !external(context);
    if (embedded && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    await step(`migrations of ${folder}`, process.execPath, ['--enable-source-maps', 'dist/migrate.js'], {
      cwd: path.join(root, 'apps', folder),
      env: { ...common, ...more },
      hint: 'After a change of history, npm start -- --fresh begins anew.',
    });
    if (embedded) writeFileSync(stamp, wanted, { mode: 0o600 });
  };
  await together([
    () => createStreams(nats.url, nats.credentials, { log: say }),
    migration('platform-service', 'platform', {
      ...platformEnv,
      PLATFORM_DATABASE_MIGRATOR_URL: databases.platform.migrator,
    }),
    migration('digilist-service', 'digilist', {
      ...digilistEnv,
      DIGILIST_DATABASE_MIGRATOR_URL: databases.digilist.migrator,
    }),
  ]);
  goOn();
  say('databases: migrated');

  const natsEnv = (user) => ({
    NATS_URL: nats.url,
    NATS_USER: user,
    NATS_PASSWORD: nats.credentials[user].password,
    LOG_LEVEL: common.LOG_LEVEL,
  });
  const apps = await Promise.all([
    startApp('platform-service', {
      ...given('PLATFORM_'),
      ...natsEnv('platform'),
      ...platformEnv,
      HEALTH_PORT: String(ports.platformHealth),
    }),
    startApp('digilist-service', {
      ...given('DIGILIST_'),
      ...natsEnv('digilist'),
      ...digilistEnv,
      HEALTH_PORT: String(ports.digilistHealth),
    }),
    startApp('gateway', {
      ...given('GATEWAY_'),
      ...natsEnv('gateway'),
      GATEWAY_PORT: String(gatewayPort),
      HEALTH_PORT: String(gatewayPort),
    }),
  ]);
  stops.push(() => Promise.all(apps.slice(0, 2).map((app) => app.stop())));
  stops.push(() => apps[2].stop());
  goOn();
  say('gateway, platform-service and digilist-service: started, waiting until they are ready');
  await untilReady();
  say('ready: the gateway reaches both services through NATS');

  const demo = {
    gateway: gatewayUrl(),
    tenants: accounts?.tenants ?? [],
    superAdmin,
    mail: result.mail?.url ?? null,
    nats: nats.url,
    natsUsers: { subscriber: nats.credentials.subscriber },
    databases: { platform: databases.platform.system, digilist: databases.digilist.system },
    roles: Object.fromEntries(
      ['platform', 'digilist'].map((context) => {
        const { app, migrator, system } = databases[context];
        return [context, { app, migrator, system }];
      }),
    ),
  };
  const seed = path.join(root, 'examples/demo/dist/seed.js');
  if (existsSync(seed)) {
    say('demo: seeding through the system itself (the second time it finds everything there)');
    writeJson(at('demo.json'), demo);
    const output = await step('demo seed', process.execPath, ['--enable-source-maps', seed], {
      env: {
        ...common,
        ...natsEnv('subscriber'),
        GATEWAY_URL: `http://127.0.0.1:${gatewayPort}`,
        DEMO_FILE: at('demo.json'),
        PLATFORM_SUPER_ADMIN_EMAIL: superAdmin.email,
        PLATFORM_SUPER_ADMIN_PASSWORD: superAdmin.password,
        PLATFORM_DATABASE_SYSTEM_URL: databases.platform.system,
        DIGILIST_DATABASE_SYSTEM_URL: databases.digilist.system,
      },
    });
    writeFileSync(at('logs/seed.log'), output);
    say(`demo: ${output.trimEnd().split('\n').at(-1)?.trim() || 'seeded'}`);
  } else say('demo: no seed in this checkout yet (examples/demo), going on without demo data');
  goOn();
  writeJson(at('demo.json'), demo);

  const logins = demo.tenants.flatMap((tenant) => [
    [`Logins in ${tenant.slug} (X-Tenant: ${tenant.slug})`],
    ...tenant.users.map((user) => [(user.roles ?? []).join(', '), `${user.email}  ${user.password}`]),
  ]);
  table([
    ['Where things are'],
    ['API', `${demo.gateway}/api/v1`],
    ['Browse the API', `${demo.gateway}/docs   (${demo.gateway}/openapi.json)`],
    ['Mail that was sent', demo.mail ?? env.SMTP_URL],
    ['Logs', '.local/logs/*.log'],
    ['For scripts', '.local/demo.json'],
    ...logins,
    ['System tenant (no X-Tenant)'],
    ['super administrator', `${superAdmin.email}  ${superAdmin.password}`],
    ['Try next, in another terminal'],
    ['npm run demo', 'a resident books half a hall, a case handler approves it'],
    ['npm test', 'everything; it does not touch this system'],
    ['Ctrl-C', 'stops everything and keeps the data; npm start -- --fresh begins anew'],
  ]);
  say(`running at ${demo.gateway}`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Ended) && !ending) {
    fail(error);
    if (stops.length) await end(1, 'stopping what was started');
    else {
      code = 1;
      const lock = readPidFile(at('run/launcher.pid'));
      if (lock?.pid === process.pid) rmSync(at('run/launcher.pid'), { force: true });
      released();
    }
  }
}
const alive = setInterval(() => {}, 60_000);
await untilEnd;
clearInterval(alive);
process.exit(code);
