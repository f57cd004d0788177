// A second PostgreSQL that has what the first one has, and takes its place: streaming replication as it ships.
import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { baseBackup } from './base-backup.mjs';
import { temporaryFolder } from './places.mjs';
import { startPostgres, withClient } from './postgres.mjs';
import { removeAtEnd, removeNow, until } from './processes.mjs';

/**
 * Starts a standby of the server at `primaryUrl` (a superuser's), which must run on this machine: a base backup, a
 * replication slot that keeps the WAL it has not had yet, and from then on the stream.
 * @returns a server; `promote()` makes it the primary
 */
export async function startStandby(primaryUrl, { name = 'standby', settings = {}, port, log } = {}) {
  const base = temporaryFolder('local-standby-');
  removeAtEnd(base);
  chmodSync(base, 0o755);
  const dataDir = path.join(base, 'data');
  try {
    await withClient(primaryUrl, (client) =>
      client.query(
        `SELECT pg_create_physical_replication_slot($1, true)
         WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
        [name],
      ),
    );
    await baseBackup({ url: primaryUrl, to: dataDir, label: name, wal: false, log });
    const signal = path.join(dataDir, 'standby.signal');
    writeFileSync(signal, '');
    const { uid, gid } = statSync(dataDir);
    chownSync(signal, uid, gid);
    const server = await startPostgres({
      dataDir,
      port,
      password: decodeURIComponent(new URL(primaryUrl).password) || undefined,
      settings: { ...settings, primary_conninfo: conninfo(primaryUrl, name), primary_slot_name: name },
      log,
    });
    const { stop } = server;
    await until(`${name} (streaming from the primary)`, () => isStreaming(primaryUrl, name)).catch(async (error) => {
      await stop();
      throw error;
    });
    return Object.assign(server, {
      name,
      promote: () => withClient(server.url, (client) => client.query('SELECT pg_promote(true, 60)')),
      async stop() {
        await stop();
        removeNow(base);
      },
    });
  } catch (error) {
    removeNow(base);
    throw error;
  }
}

function conninfo(primaryUrl, name) {
  const { hostname, port, username, password } = new URL(primaryUrl);
  const parts = { host: hostname, port, user: username, password, application_name: name };
  return Object.entries(parts)
    .map(([key, value]) => [key, decodeURIComponent(value).replace(/['\\]/g, '\\$&')])
    .filter(([, value]) => value)
    .map(([key, value]) => `${key}='${value}'`)
    .join(' ');
}

const isStreaming = (primaryUrl, name) =>
  withClient(primaryUrl, async (client) => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'`,
      [name],
    );
    return rowCount === 1;
  });

/**
 * From now on a commit is acknowledged when one of the standbys has it on its disk, too: nothing that was acknowledged
 * is lost with the primary. While none of them is there, commits wait.
 */
export async function requireStandby(primaryUrl, names) {
  await withClient(primaryUrl, async (client) => {
    const list = names.map((name) => client.escapeIdentifier(name)).join(', ');
    await client.query(`ALTER SYSTEM SET synchronous_standby_names = ${client.escapeLiteral(`ANY 1 (${list})`)}`);
    await client.query('SELECT pg_reload_conf()');
    await until(`A standby that commits wait for (${names.join(', ')})`, async () => {
      const { rowCount } = await client.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'quorum'`);
      return rowCount > 0;
    });
  });
}
