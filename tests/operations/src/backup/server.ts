import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  archiveSettings,
  freePort,
  type PostgresServer,
  removeAtEnd,
  removeNow,
  startPostgres,
} from '@kit/local-servers';
import { eventually, query, type TestPostgres } from '@kit/testing';

const SWITCH = 'SELECT pg_walfile_name(pg_switch_wal()) AS segment';

/** A durable PostgreSQL that archives its WAL, and that can be replaced by a restored one at the same address. */
export interface ArchivingServer extends TestPostgres {
  readonly directory: string;
  readonly archive: string;
  readonly data: string;
  /** Ends the segment in use, and waits until it and all before it are in the archive. */
  archived(): Promise<void>;
  /** kill -9, and the data are gone. */
  destroy(): Promise<void>;
  /** Serves from other data from now on. */
  serveFrom(data: string): Promise<void>;
}

export async function archivingServer(): Promise<ArchivingServer> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'test-backup-'));
  removeAtEnd(directory);
  const archive = path.join(directory, 'archive');
  await mkdir(archive);
  const port = await freePort();
  const settings = archiveSettings(archive);
  const start = (dataDir: string) =>
    startPostgres({ dataDir, port, settings, logFile: path.join(directory, 'postgres.log') });
  let data = path.join(directory, 'data');
  let server: PostgresServer = await start(data);
  return {
    url: server.url,
    own: true,
    directory,
    archive,
    get data() {
      return data;
    },
    archived: async () => {
      const [row] = await query<{ segment: string }>(server.url, SWITCH);
      await eventually(async () => (await readdir(archive)).includes(row?.segment as string), { within: 30_000 });
    },
    kill: async () => {
      await server.kill('SIGKILL');
    },
    restart: () => server.restart(),
    destroy: async () => {
      await server.kill('SIGKILL');
      await rm(data, { recursive: true });
    },
    serveFrom: async (from) => {
      data = from;
      server = await start(from);
    },
    stop: async () => {
      await server.stop();
      removeNow(directory);
    },
  };
}
