// A base backup of a running PostgreSQL by its low-level API: what pg_basebackup does, for where only initdb, pg_ctl and
// postgres are (the binaries from npm). The copy is made from the files, so it runs on the machine of the server.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { access, open } from 'node:fs/promises';
import path from 'node:path';
import { infra } from './places.mjs';
import { withClient } from './postgres.mjs';

const CHUNK = 1 << 20;

/** Contents that a copy must not have, or that a server makes anew; the directories themselves stay. */
const EMPTIED = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest|pg_internal\.init.*|pgsql_tmp.*|current_logfiles(\.tmp)?|standby\.signal|recovery\.signal|moved-to)$/;

/** Settings of a server that archives its WAL into a directory, a segment at the latest a minute after its first change. */
export const archiveSettings = (directory) => ({
  archive_mode: 'on',
  archive_command: `sh "${path.join(infra, 'postgres/archive-wal.sh')}" "%p" "%f" "${directory}"`,
  archive_timeout: '60s',
  // Not PostgreSQL's own: it says where the archive is, to whoever takes a backup.
  'backup.archive': directory,
});

/**
 * Settings of a server that is to recover up to a moment, or as far as the archive goes, and to serve from there. Each
 * server that served from restored data began a timeline; the latest is followed unless another is named.
 */
export const recoverySettings = (directory, toTime, timeline = 'latest') => ({
  restore_command: `cp "${directory}/%f" "%p"`,
  recovery_target_action: 'promote',
  recovery_target_timeline: timeline,
  // The history of the new timeline waits to be archived until a server is started on these data for good; where they
  // were only looked at, the archive never hears of it.
  archive_mode: 'on',
  archive_command: '',
  // With its offset in figures: letters are not known yet when the server reads it.
  ...(toTime && { recovery_target_time: toTime.toISOString().replace('Z', '+00') }),
});

/**
 * Copies the data directory of the server at `url` (a superuser's) into `to`, which must not exist yet. The WAL that
 * makes the copy consistent comes along, so it starts without an archive; with one it can go on from there.
 *
 * @returns where and when it began and ended, and each file with its size and SHA-256
 */
export async function baseBackup({ url, to, label = 'base backup', log = () => {}, wal = true }) {
  if (existsSync(to)) throw new Error(`${to} exists: a base backup is written into a new directory.`);
  return withClient(url, async (client) => {
    const one = async (text, values) => (await client.query(text, values)).rows[0];
    const { data_directory: from } = await one('SHOW data_directory');
    await access(path.join(from, 'PG_VERSION'), constants.R_OK).catch(() => {
      throw new Error(
        `The data directory ${from} cannot be read from here: run this on the machine of the server, as its user or root. In containers use pg_basebackup (docs/operations/backup-and-restore.md).`,
      );
    });
    if (readdirSync(path.join(from, 'pg_tblspc')).length > 0)
      throw new Error(`The server at ${from} has tablespaces, which this does not copy: use pg_basebackup.`);
    const about = await one(
      `SELECT system_identifier::text AS "systemIdentifier", current_setting('server_version') AS version,
              current_setting('archive_mode') AS "archiveMode", current_setting('backup.archive', true) AS archive
       FROM pg_control_system()`,
    );
    // Keeps the segments of the backup until they are copied; goes with this connection.
    if (wal)
      await client.query(`SELECT pg_create_physical_replication_slot($1, true, true)`, [`base_backup_${process.pid}`]);
    const startedAt = (await one('SELECT clock_timestamp() AS at')).at;
    const start = await one(
      `SELECT lsn::text, (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline, pg_walfile_name(lsn) AS file
       FROM pg_backup_start($1, true) lsn`,
      [label],
    );
    try {
      const owner = statSync(from);
      const files = await copyTree(from, to, owner, log);
      // pg_control last, as pg_basebackup has it: a copy that was cut off does not look like a whole one.
      files['global/pg_control'] = await copyFile(
        path.join(from, 'global/pg_control'),
        path.join(to, 'global/pg_control'),
        owner,
      );
      const stop = await one('SELECT lsn::text, labelfile, pg_walfile_name(lsn) AS file FROM pg_backup_stop($1)', [
        about.archiveMode !== 'off' && wal,
      ]);
      const stoppedAt = (await one('SELECT clock_timestamp() AS at')).at;
      files.backup_label = await writeWhole(path.join(to, 'backup_label'), stop.labelfile, owner);
      if (wal) Object.assign(files, await copyWal(from, to, start.file, stop.file, owner));
      ontoDisk(to);
      const { systemIdentifier, version, archive } = about;
      const bytes = Object.values(files).reduce((sum, { size }) => sum + size, 0);
      return {
        ...{ systemIdentifier, version, timeline: start.timeline, startLsn: start.lsn, stopLsn: stop.lsn },
        ...{ startedAt: startedAt.toISOString(), stoppedAt: stoppedAt.toISOString(), firstWal: start.file },
        ...{ archive: about.archiveMode === 'off' ? null : archive, bytes, files },
      };
    } catch (error) {
      rmSync(to, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Segments from the one the backup began in to the one it ended in, which is closed by the end of the backup. */
async function copyWal(from, to, first, last, owner) {
  const files = {};
  // The names of one timeline sort as they follow each other.
  const segments = readdirSync(path.join(from, 'pg_wal')).filter(
    (name) => (/^[0-9A-F]{24}$/.test(name) && name >= first && name <= last) || name.endsWith('.history'),
  );
  for (const name of segments.sort()) {
    const file = path.join('pg_wal', name);
    files[file] = await copyFile(path.join(from, file), path.join(to, file), owner);
  }
  return files;
}

async function copyTree(from, to, owner, log) {
  const files = {};
  let bytes = 0;
  let said = Date.now();
  const enter = async (relative) => {
    makeDirectory(path.join(to, relative), owner);
    for (const entry of readdirSync(path.join(from, relative), { withFileTypes: true })) {
      const at = path.join(relative, entry.name);
      if (LEFT_OUT.test(entry.name) || at === path.join('global', 'pg_control')) continue;
      if (entry.isDirectory()) {
        if (EMPTIED.has(at)) {
          makeDirectory(path.join(to, at), owner);
          if (at === 'pg_wal')
            for (const inner of ['archive_status', 'summaries']) makeDirectory(path.join(to, at, inner), owner);
        } else await enter(at);
        continue;
      }
      if (!entry.isFile()) continue;
      const copied = await copyFile(path.join(from, at), path.join(to, at), owner).catch((error) => {
        // Dropped meanwhile; replaying the WAL drops it again.
        if (error.code === 'ENOENT' && !existsSync(path.join(from, at))) return undefined;
        throw error;
      });
      if (!copied) continue;
      files[at] = copied;
      bytes += copied.size;
      if (Date.now() - said > 5_000) {
        said = Date.now();
        log(`${Math.round(bytes / 1e6)} MB copied`);
      }
    }
  };
  await enter('');
  return files;
}

/** @returns size and SHA-256 of what was copied */
async function copyFile(from, to, owner) {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafe(CHUNK);
      let size = 0;
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, CHUNK);
        if (bytesRead === 0) break;
        const part = buffer.subarray(0, bytesRead);
        hash.update(part);
        await target.write(part);
        size += bytesRead;
      }
      give(to, owner);
      return { size, sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function writeWhole(file, text, owner) {
  writeFileSync(file, text, { mode: 0o600 });
  give(file, owner);
  return { size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
}

function makeDirectory(dir, owner) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  give(dir, owner);
}

/** One flush of the whole file system takes a fraction of the time that one per file does. */
function ontoDisk(dir) {
  if (spawnSync('sync', ['-f', dir]).status === 0) return;
  const { status, error } = spawnSync('sync');
  if (status !== 0) throw new Error(`${dir} could not be flushed to the disk: ${error?.message ?? `sync: ${status}`}`);
}

/** Root copies for the user that the server runs as. */
function give(file, owner) {
  if (owner && process.getuid?.() === 0 && owner.uid !== 0) chownSync(file, owner.uid, owner.gid);
}

/**
 * Copies a base backup to where a server is to run on it, checking each file against what was noted when it was made.
 * @throws when a file is missing, is another than it was, or `to` has anything in it
 */
export async function unpackBaseBackup({ from, to, files, log = () => {} }) {
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new Error(`${to} is not empty: a backup is restored into a new directory, never over a server's data.`);
  const owner = statSync(from);
  makeDirectory(to, owner);
  for (const dir of readdirSync(from, { recursive: true, withFileTypes: true }).filter((each) => each.isDirectory()))
    makeDirectory(path.join(to, path.relative(from, path.join(dir.parentPath ?? dir.path, dir.name))), owner);
  let bytes = 0;
  let said = Date.now();
  for (const [name, wanted] of Object.entries(files)) {
    const copied = await copyFile(path.join(from, name), path.join(to, name), owner).catch((error) => {
      throw error.code === 'ENOENT' ? new Error(`The backup is not whole: ${name} is missing in ${from}.`) : error;
    });
    if (copied.sha256 !== wanted.sha256)
      throw new Error(`The backup is damaged: ${path.join(from, name)} is not what was copied. Take another backup.`);
    bytes += copied.size;
    if (Date.now() - said > 5_000) {
      said = Date.now();
      log(`${Math.round(bytes / 1e6)} MB restored`);
    }
  }
  ontoDisk(to);
  return { bytes };
}
